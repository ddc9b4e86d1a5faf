package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;

/** Jobs whose models have replicas: their settings, and what they must have done in the end. */
final class ReplicaRuns {

  static final int STEPS_PER_ROUND = 3;

  private final TestKafka kafka;
  private final Path directory;

  /**
   * @param directory for checkpoints and versions
   */
  ReplicaRuns(TestKafka kafka, Path directory) {
    this.kafka = kafka;
    this.directory = directory;
  }

  /** Settings of a job that publishes each average, and that no clock disturbs. */
  JobSettings settings(TopicNames names, int replicas, int parallelism) {
    Path ofJob = directory.resolve(names.images());
    return kafka
        .settings(names, ofJob.resolve("checkpoints"))
        .with(JobOptions.TRAINING_REPLICAS, replicas)
        .with(JobOptions.DRIFT_ANCHORS, 0) // records of other versions
        .with(JobOptions.TRAINING_STEPS_PER_ROUND, STEPS_PER_ROUND)
        .with(JobOptions.TRAINING_ROUND_WAIT, Duration.ofHours(1))
        .with(JobOptions.EMBED_EVERY_STEPS, 12)
        .with(JobOptions.VERSIONS_DIRECTORY, ofJob.resolve("versions").toUri().toString())
        .with(JobOptions.VERSIONS_EVERY_STEPS, 1L)
        .with(CoreOptions.DEFAULT_PARALLELISM, parallelism)
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200))
        .with(CheckpointingOptions.ENABLE_UNALIGNED, parallelism != 4) // savepoints never are
        .with(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100)
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
  }

  /** SHA-256 of the weights in the last published file of a stream, without its header. */
  String digestOfLastVersion(TopicNames names, String stream) throws IOException {
    List<ModelVersion> versions =
        kafka.modelVersions(names).stream()
            .filter(version -> version.getStream().equals(stream))
            .toList();
    ModelVersion last = versions.get(versions.size() - 1);
    byte[] file = Files.readAllBytes(Path.of(URI.create(last.getUri())));
    long header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int from = Math.toIntExact(Long.BYTES + header);
    assertThat(last.getModelVersion())
        .as("the last version has every batch in it")
        .isEqualTo(assertEachBatchOnce(names, stream));
    return DigestUtils.sha256Hex(Arrays.copyOfRange(file, from, file.length));
  }

  /**
   * Fails unless every batch of a stream gave one step.
   *
   * @return number of the steps
   */
  long assertEachBatchOnce(TopicNames names, String stream) {
    List<Long> numbers = batches(names, stream);
    assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
    return numbers.size();
  }

  /** The numbers of the batches of a stream that gave a step, sorted. */
  List<Long> batches(TopicNames names, String stream) {
    return kafka.metrics(names).stream()
        .filter(metrics -> metrics.getStream().equals(stream))
        .map(TrainingMetrics::getStep)
        .sorted()
        .toList();
  }
}
