package io.rankstream.lab.chaos;

import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.message.MessageDecoder;

/**
 * Ends a job with replicas. The savepoint of a drained job has replicas that wait for their last
 * average, and batches that wait for them: a job that goes on from it does the rest.
 */
final class LastAverages {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int QUIET_CHECKPOINTS = 3;

  private final ClusterJob job;
  private final TopicTail tail;
  private final TopicNames topics;

  /**
   * @param job a job that publishes a version of each average
   */
  LastAverages(ClusterJob job, Properties clients, TopicNames topics) {
    this.job = job;
    this.tail = new TopicTail(clients);
    this.topics = topics;
  }

  /**
   * What the job has committed.
   *
   * @param steps last training step of each stream
   * @param versions last published step of each stream
   */
  private record Progress(Map<String, Long> steps, Map<String, Long> versions) {

    private boolean isAveraged() {
      return steps.equals(versions);
    }
  }

  /**
   * Lets the job go on until a version of each stream has all steps, and nothing more comes.
   *
   * @param savepoint savepoint of the drained job
   */
  void take(String savepoint) throws Exception {
    job.submitFrom(savepoint);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Progress before = null;
    for (int quiet = 0; quiet < QUIET_CHECKPOINTS; ) {
      job.awaitCheckpoint();
      Progress now = progress();
      quiet = now.isAveraged() && now.equals(before) ? quiet + 1 : 0;
      before = now;
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "The replicas did not take their last average within %d s: steps %s, published %s; see the logs of the task managers"
                .formatted(PATIENCE.toSeconds(), now.steps(), now.versions()));
      }
    }
    job.cancel();
  }

  private Progress progress() {
    Map<String, Long> steps = new TreeMap<>();
    read(
        topics.metrics(),
        TrainingMetrics.getDecoder(),
        each -> steps.merge(each.getStream(), each.getStep(), Math::max));
    Map<String, Long> versions = new TreeMap<>();
    read(
        topics.modelVersions(),
        ModelVersion.getDecoder(),
        each -> {
          if (each.getEpoch() == null && each.getDrift() == null) {
            versions.merge(each.getStream(), each.getModelVersion(), Math::max);
          }
        });
    return new Progress(steps, versions);
  }

  private <T> void read(String topic, MessageDecoder<T> decoder, Consumer<T> reader) {
    tail.read(
        topic,
        true,
        () -> false,
        record -> {
          try {
            reader.accept(decoder.decode(record.value()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return true;
        });
  }
}
