package io.rankstream.pipeline.drift;

import io.rankstream.model.evaluation.EmbeddingDrift;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * Metrics of the drift of one stream, labelled with the stream. The task thread writes them, the
 * reporter's thread reads them. Figures are NaN until two versions were compared.
 */
final class StreamDriftMetrics {

  private volatile int anchors;
  private volatile int classes;
  private volatile long measured;
  private volatile long base;
  private volatile long measureMillis;
  private volatile EmbeddingDrift sinceBase;
  private volatile EmbeddingDrift sincePrevious;

  /**
   * @param operator the operator's metric group
   * @param stream name of the stream
   */
  StreamDriftMetrics(MetricGroup operator, String stream) {
    MetricGroup group = operator.addGroup("stream", stream);
    group.gauge("driftAnchors", (Gauge<Integer>) () -> anchors);
    group.gauge("driftAnchorClasses", (Gauge<Integer>) () -> classes);
    group.gauge("driftVersion", (Gauge<Long>) () -> measured);
    group.gauge("driftBaseVersion", (Gauge<Long>) () -> base);
    group.gauge("driftMeasureMs", (Gauge<Long>) () -> measureMillis);
    figure(group, "driftCosineShift", () -> sinceBase, EmbeddingDrift::cosineShift);
    figure(group, "driftOverlap", () -> sinceBase, EmbeddingDrift::overlap);
    figure(group, "driftRecallNewInNew", () -> sinceBase, EmbeddingDrift::recallWithin);
    figure(group, "driftRecallNewInOld", () -> sinceBase, EmbeddingDrift::recallAcross);
    figure(group, "driftRecallMapped", () -> sinceBase, EmbeddingDrift::recallMapped);
    figure(group, "driftCosineShiftOfLast", () -> sincePrevious, EmbeddingDrift::cosineShift);
  }

  private static void figure(
      MetricGroup group,
      String name,
      Supplier<EmbeddingDrift> drift,
      ToDoubleFunction<EmbeddingDrift> figure) {
    group.gauge(
        name,
        (Gauge<Double>)
            () -> {
              EmbeddingDrift last = drift.get();
              return last == null ? Double.NaN : figure.applyAsDouble(last);
            });
  }

  /** Shows how many anchors there are. */
  void anchors(StreamAnchors present) {
    anchors = present.size();
    classes = present.classes();
  }

  /** Shows the versions in the state. */
  void versions(MeasuredVersions versions) {
    if (versions.previous() != null) {
      measured = versions.previous().version();
      base = versions.base().version();
    }
  }

  /** Shows a measurement that took a time. */
  void measured(Measurement measurement, long nanos) {
    measureMillis = nanos / 1_000_000;
    sinceBase = measurement.sinceBase().map(Comparison::drift).orElse(null);
    // Where it was compared with the base alone, that is the version before.
    sincePrevious = measurement.sincePrevious().map(Comparison::drift).orElse(sinceBase);
  }
}
