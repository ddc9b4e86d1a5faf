package io.rankstream.pipeline.train;

import io.rankstream.model.Devices;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.ModelVersion;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** Metrics of the training operator and of each of its models. */
final class TrainerMetrics {

  private final MetricGroup operator;
  private final Counter steps;
  private final DeadLetterCounters deadLetters;
  private final Map<String, StreamMetrics> streams = new HashMap<>();

  /**
   * @param operator the operator's metric group
   * @param waiting returns the number of batches that wait for the training thread
   * @param threadsBefore PyTorch's threads in the process that wrote the restored state
   */
  TrainerMetrics(MetricGroup operator, IntSupplier waiting, int threadsBefore) {
    this.operator = operator;
    this.steps = operator.counter("numTrainingSteps");
    this.deadLetters = new DeadLetterCounters(operator);
    operator.gauge("batchesInFlight", (Gauge<Integer>) waiting::getAsInt);
    operator.gauge("threads", (Gauge<Integer>) Devices::threads);
    operator.gauge("threadsBefore", (Gauge<Integer>) () -> threadsBefore);
  }

  /** Updates the metrics when the results of a batch leave the operator. */
  void emitted(StepResult result, Instant now) {
    result.refused().forEach(deadLetters::count);
    if (result.model() == null) {
      return;
    }

    steps.inc(result.step().isPresent() ? 1 : 0);
    streams
        .computeIfAbsent(result.batch().stream(), name -> new StreamMetrics(operator, name))
        .emitted(result, now.toEpochMilli());
  }

  /** Updates the metrics when a published version is announced. */
  void published(ModelVersion version) {
    StreamMetrics stream = streams.get(version.getStream());
    if (stream != null) { // not before the first result after a restore
      stream.published(version);
    }
  }
}
