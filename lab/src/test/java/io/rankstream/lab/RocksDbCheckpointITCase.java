package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.evaluate.CheckpointReview;
import io.rankstream.pipeline.tools.evaluate.StateFinding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RocksDB takes back the files of a checkpoint to their last byte. */
class RocksDbCheckpointITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int IMAGES = 100;

  @TempDir Path directory;

  @Test
  void aJobGoesOnFromAnIncrementalCheckpointAndRefusesATruncatedOne() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("rocks");
      JobSettings settings =
          kafka
              .settings(names, directory.resolve("checkpoints"))
              .with(StateBackendOptions.STATE_BACKEND, "rocksdb")
              .with(JobOptions.EMBED_PARALLELISM, 1);
      run(kafka, names, settings, 0);
      Path checkpoint = TestCluster.newestCheckpoint(directory.resolve("checkpoints"));
      assertThat(CheckpointReview.of(checkpoint.toString()))
          .allMatch(StateFinding::good)
          .anyMatch(finding -> finding.text().startsWith("every byte of _metadata matches; "));

      settings.with(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toUri().toString());
      Path largest = largest(checkpoint.getParent());
      byte[] content = Files.readAllBytes(largest);
      Files.write(largest, Arrays.copyOf(content, content.length - 1));
      try (TestCluster cluster = new TestCluster(1, 1)) {
        assertThatThrownBy(() -> cluster.submit(settings).getJobExecutionResult().get())
            .satisfies(
                e ->
                    assertThat(ExceptionUtils.stringifyException(e))
                        .contains(largest + " is damaged: it has "));
      }
      Files.write(largest, content);

      run(kafka, names, settings, 1);
      assertThat(kafka.embeddings(names))
          .extracting(embedding -> embedding.getSourceOffset())
          .contains(0L, 99L, 100L, 199L);
      assertThat(kafka.deadLetters(names)).isEmpty();
    }
  }

  private static void run(TestKafka kafka, TopicNames names, JobSettings settings, int phase)
      throws Exception {
    kafka.send(names.images(), Fixtures.phase(phase, IMAGES, 5, List.of("default")));
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings);
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      job.cancel().get();
      assertThatThrownBy(() -> job.getJobExecutionResult().get()).isNotNull();
    }
  }

  private static Path largest(Path job) throws Exception {
    try (Stream<Path> files = Files.list(job.resolve("shared"))) {
      return files
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow(() -> new IllegalStateException("RocksDB wrote no file"));
    }
  }
}
