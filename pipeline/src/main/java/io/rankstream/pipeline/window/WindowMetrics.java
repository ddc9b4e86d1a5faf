package io.rankstream.pipeline.window;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * Gauges of the windows of an operator, labelled with the stream. The task thread writes them, the
 * reporter's thread reads them.
 */
final class WindowMetrics {

  private final MetricGroup operator;
  private final Map<String, Gauges> streams = new HashMap<>();

  private static final class Gauges {
    private volatile int fresh;
    private volatile int embedding;
    private volatile int classes;
    private volatile int reservoir;
    private volatile long bytes;
  }

  /**
   * @param operator group of the operator
   */
  WindowMetrics(MetricGroup operator) {
    this.operator = operator;
  }

  /** Shows the new counters of a stream. */
  void update(String stream, WindowClock clock) {
    Gauges gauges = of(stream);
    gauges.fresh = clock.freshWaiting;
    gauges.embedding = clock.embeddingWaiting;
    gauges.classes = clock.classes;
    gauges.reservoir = clock.kept;
    gauges.bytes = clock.bytes;
  }

  private Gauges of(String stream) {
    return streams.computeIfAbsent(stream, this::register);
  }

  private Gauges register(String stream) {
    Gauges gauges = new Gauges();
    MetricGroup group = operator.addGroup("stream", stream);
    group.gauge("freshImagesWaiting", (Gauge<Integer>) () -> gauges.fresh);
    group.gauge("embeddingImagesWaiting", (Gauge<Integer>) () -> gauges.embedding);
    group.gauge("windowClasses", (Gauge<Integer>) () -> gauges.classes);
    group.gauge("reservoirImages", (Gauge<Integer>) () -> gauges.reservoir);
    group.gauge("windowBytes", (Gauge<Long>) () -> gauges.bytes);
    return gauges;
  }
}
