package io.rankstream.pipeline.window;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * What waits in the windows of an operator, with the stream as a label. Written by the task thread,
 * read by that of the reporter.
 */
final class WindowMetrics {

  private final MetricGroup operator;
  private final Map<String, Fill> streams = new HashMap<>();

  private static final class Fill {
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

  /** The window of a stream has taken an image or emitted a batch. */
  void update(String stream, WindowClock clock) {
    Fill fill = fill(stream);
    fill.fresh = clock.freshWaiting;
    fill.embedding = clock.embeddingWaiting;
    fill.classes = clock.classes;
    fill.reservoir = clock.kept;
    fill.bytes = clock.bytes;
  }

  private Fill fill(String stream) {
    return streams.computeIfAbsent(stream, this::register);
  }

  private Fill register(String stream) {
    Fill fill = new Fill();
    MetricGroup group = operator.addGroup("stream", stream);
    group.gauge("freshImagesWaiting", (Gauge<Integer>) () -> fill.fresh);
    group.gauge("embeddingImagesWaiting", (Gauge<Integer>) () -> fill.embedding);
    group.gauge("windowClasses", (Gauge<Integer>) () -> fill.classes);
    group.gauge("reservoirImages", (Gauge<Integer>) () -> fill.reservoir);
    group.gauge("windowBytes", (Gauge<Long>) () -> fill.bytes);
    return fill;
  }
}
