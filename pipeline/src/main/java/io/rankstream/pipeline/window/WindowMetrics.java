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
    private volatile WindowFigures figures;

    /** A gauge is asked at any time, so the age of an image that waits goes on growing. */
    private long oldestFreshMillis() {
      long since = figures.oldestFresh();
      return since == 0 ? 0 : Math.max(0, System.currentTimeMillis() - since);
    }
  }

  /**
   * @param operator group of the operator
   */
  WindowMetrics(MetricGroup operator) {
    this.operator = operator;
  }

  /** Shows the new figures of a stream. */
  void update(String stream, WindowFigures figures) {
    Gauges gauges = streams.get(stream);
    if (gauges != null) {
      gauges.figures = figures;
    } else {
      streams.put(stream, register(stream, figures));
    }
  }

  private Gauges register(String stream, WindowFigures figures) {
    Gauges gauges = new Gauges();
    gauges.figures = figures;
    MetricGroup group = operator.addGroup("stream", stream);
    group.gauge("freshImagesWaiting", (Gauge<Integer>) () -> gauges.figures.fresh());
    group.gauge("oldestFreshMs", (Gauge<Long>) gauges::oldestFreshMillis);
    group.gauge("windowClasses", (Gauge<Integer>) () -> gauges.figures.classes());
    group.gauge("singletonClasses", (Gauge<Integer>) () -> gauges.figures.singletons());
    group.gauge("reservoirImages", (Gauge<Integer>) () -> gauges.figures.reservoir());
    group.gauge("windowBytes", (Gauge<Long>) () -> gauges.figures.bytes());
    group.gauge("largestClassBytes", (Gauge<Long>) () -> gauges.figures.largestClass());
    group.gauge("smallestClassBytes", (Gauge<Long>) () -> gauges.figures.smallestClass());
    group.gauge("batchBalance", (Gauge<Double>) () -> gauges.figures.balance());
    return gauges;
  }
}
