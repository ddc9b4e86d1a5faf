package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.fuzz.Attack;
import io.rankstream.lab.fuzz.FuzzReport;
import io.rankstream.lab.fuzz.Fuzzer;
import io.rankstream.lab.fuzz.HostileRecords;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.kafka.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Hostile records through the whole job, which has no restart to hide behind. */
class FuzzITCase {

  private static final int RECORDS = 2_000;
  private static final int LARGEST_BYTES = 100 << 20;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(1)
              .build());

  @TempDir static Path directory;
  private static TestKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka(directory.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void everyRecordIsEmbeddedOrReturnedAndTheJobGoesOn() throws Exception {
    TopicNames names = kafka.topics("fuzz");
    Configuration settings =
        kafka.settings(
            names,
            directory.resolve("checkpoints"),
            "restart-strategy.type",
            "none",
            "batch.max-wait",
            "1 s",
            "model.max-classes",
            "100");
    JobConfig config = JobConfig.from(settings);
    StreamExecutionEnvironment env = RankstreamJob.local(settings, config);
    JobClient job = env.executeAsync("fuzz-test");

    FuzzReport report;
    try (Fuzzer fuzzer =
        new Fuzzer(kafka.clients(), names, LARGEST_BYTES, Duration.ofSeconds(60))) {
      report = fuzzer.run(new HostileRecords(1, "default", LARGEST_BYTES), 0, RECORDS);
    }

    assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    assertThat(report.problems()).isEmpty();
    assertThat(report.total().sent() + report.brokerRefused()).isEqualTo(RECORDS);
    assertThat(report.total().accepted() + report.total().refused())
        .isEqualTo(report.total().sent());
    assertThat(report.reasons()).containsKeys("VALUE_TOO_LARGE", "TOO_MANY_CLASSES");
    assertThat(report.brokerRefused()).isLessThan(10);
    report
        .attacks()
        .forEach(
            (attack, figures) -> {
              if (attack.fate() == Attack.Fate.ACCEPTED) {
                assertThat(figures.refused()).describedAs(attack.toString()).isZero();
              }
              if (attack.fate() == Attack.Fate.REFUSED) {
                assertThat(figures.accepted()).describedAs(attack.toString()).isZero();
              }
            });
    job.cancel().get();
  }
}
