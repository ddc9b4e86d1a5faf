package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.DeadLetter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topic of the dead letters is changed under the job. */
class SmallerLettersITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int JUNK_BYTES = 500_000;

  @TempDir Path directory;

  @Test
  void aLetterThatItsTopicRefusesComesWithoutItsValue() throws Exception {
    try (TestKafka kafka = new TestKafka();
        TestCluster cluster = new TestCluster(1, 1)) {
      TopicNames names = kafka.topics("smaller");
      JobClient job = cluster.submit(kafka.settings(names, directory));
      kafka.send(names.images(), List.of(junk(1)));
      await().atMost(PATIENCE).until(() -> kafka.deadLetters(names).size() == 1);

      limit(kafka, names.deadLetters(), 100_000);
      kafka.send(names.images(), List.of(junk(2)));
      await().atMost(PATIENCE).until(() -> kafka.deadLetters(names).size() == 2);

      List<DeadLetter> letters = kafka.deadLetters(names);
      assertThat(letters).extracting(DeadLetter::getComplete).containsExactly(true, false);
      assertThat(letters.get(0).getValue().remaining()).isEqualTo(JUNK_BYTES);
      assertThat(letters.get(1).getValue()).isNull();
      assertThat(letters.get(1).getDetail()).contains("the value stays in the source topic");
      assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    }
  }

  private static void limit(TestKafka kafka, String topic, int bytes) throws Exception {
    try (Admin admin = Admin.create(kafka.clients())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", Integer.toString(bytes)),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  /** Bytes that no compression makes fit. */
  private static byte[] junk(long seed) {
    byte[] bytes = new byte[JUNK_BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
