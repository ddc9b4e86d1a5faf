package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.kafka.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sinks of the connector open an admin client at each start of a task. */
class AdminClientsITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String THREAD = "kafka-admin-client-thread";

  @TempDir static Path directory;

  @Test
  void aJobThatEndedLeavesNoThreadOfThemBehind() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("closed");
      Set<String> before = threads();
      try (TestCluster cluster = new TestCluster(1, 1)) {
        kafka.send(names.images(), Fixtures.longTail(5, 50));
        JobClient job = cluster.submit(kafka.settings(names, directory.resolve("checkpoints")));
        await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
        assertThat(threads()).as("the job has some while it runs").isNotEqualTo(before);
        TestCluster.stop(job, directory.resolve("savepoints"), false);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
      }
    }
  }

  /** The threads of the admin clients that are open in this process. */
  static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(THREAD))
        .collect(Collectors.toSet());
  }
}
