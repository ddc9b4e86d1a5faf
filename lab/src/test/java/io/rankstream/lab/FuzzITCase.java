package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.fuzz.Attack;
import io.rankstream.lab.fuzz.FuzzReport;
import io.rankstream.lab.fuzz.Fuzzer;
import io.rankstream.lab.fuzz.HostileRecords;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile records through the whole job, which may not restart. */
class FuzzITCase {

  private static final int RECORDS = 2_000;
  private static final int LARGEST_BYTES = 100 << 20;

  @TempDir static Path checkpoints; // outlives the job, which ends with the broker
  private static TestKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void everyRecordIsEmbeddedOrReturnedAndTheJobGoesOn() throws Exception {
    TopicNames names = kafka.topics("fuzz");
    JobClient job =
        kafka.start(
            kafka
                .settings(names, checkpoints)
                .with(RestartStrategyOptions.RESTART_STRATEGY, "none")
                .with(JobOptions.BATCH_MAX_WAIT, Duration.ofSeconds(1))
                .with(JobOptions.BATCH_MIN_IMAGES, 1) // every label enters the training
                .with(JobOptions.MODEL_MAX_CLASSES, 100));

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
  }
}
