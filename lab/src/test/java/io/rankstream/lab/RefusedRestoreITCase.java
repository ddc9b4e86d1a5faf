package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A job that is started from the state of another model ends, and tells what to do. */
class RefusedRestoreITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CLASSES = 10;

  @TempDir static Path directory;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES) // a job that restarts would never end
  void aStateThatDoesNotFitEndsTheCommandWithoutARestart() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("refused");
      kafka.send(names.images(), Fixtures.longTail(CLASSES, 100));
      String savepoint;
      try (TestCluster cluster = new TestCluster(1, 1)) {
        JobClient job = cluster.submit(settings(kafka, names));
        await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
        await().atMost(PATIENCE).until(() -> kafka.hasTrained(names, CLASSES));
        savepoint = TestCluster.stop(job, directory.resolve("savepoints"), false);
      }

      assertThat(run(settings(kafka, names).with(JobOptions.MODEL_MAX_CLASSES, 9), savepoint))
          .contains("The snapshot holds a model of 10 classes, more than model.max-classes = 9")
          .contains("set it to at least 10");
      assertThat(
              run(settings(kafka, names).with(JobOptions.MODEL_EMBEDDING_DIMENSION, 16), savepoint))
          .contains("The snapshot holds a small-cnn-1x28x28-half-range-d32-c1000")
          .contains("restore it with the configuration that it was made with");
    }
  }

  /** Runs the command, which must fail; returns what it prints on the error stream. */
  private static String run(JobSettings settings, String savepoint) {
    List<String> arguments = new ArrayList<>(List.of("run"));
    settings
        .with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint)
        .with(RestOptions.BIND_PORT, "0")
        .configuration()
        .toMap()
        .forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    StringWriter err = new StringWriter();
    CommandLine line = Rankstream.commandLine(any -> {});
    line.setErr(new PrintWriter(err, true));
    assertThat(line.execute(arguments.toArray(String[]::new))).as(err.toString()).isEqualTo(1);
    return err.toString();
  }

  private static JobSettings settings(TestKafka kafka, TopicNames names) {
    return kafka.settings(names, directory.resolve("checkpoints"));
  }
}
