package io.rankstream.pipeline.train;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** What the training operator tells of itself, and of each of its models. */
final class TrainerMetrics {

  private final MetricGroup operator;
  private final Counter steps;
  private final Counter embeddings;
  private final Map<String, StreamMetrics> streams = new HashMap<>();

  /**
   * @param operator group of the operator
   * @param waiting batches that wait for the training thread
   */
  TrainerMetrics(MetricGroup operator, IntSupplier waiting) {
    this.operator = operator;
    this.steps = operator.counter("numTrainingSteps");
    this.embeddings = operator.counter("numEmbeddings");
    operator.gauge("batchesInFlight", (Gauge<Integer>) waiting::getAsInt);
  }

  /** Results of a batch leave the operator. */
  void emitted(StepResult result, Instant now) {
    steps.inc(result.step().isPresent() ? 1 : 0);
    embeddings.inc(result.embedded().size());
    streams
        .computeIfAbsent(result.batch().stream(), name -> new StreamMetrics(operator, name))
        .emitted(result, now.toEpochMilli());
  }

  /** The barrier of a checkpoint follows what was emitted so far. */
  void barrier(long checkpointId) {
    streams.values().forEach(stream -> stream.barrier(checkpointId));
  }

  /** A checkpoint is complete: what was emitted before its barrier is committed. */
  void committed(long checkpointId, Instant now) {
    streams.values().forEach(stream -> stream.committed(checkpointId, now.toEpochMilli()));
  }
}
