package io.rankstream.pipeline.decode;

import io.rankstream.pipeline.metrics.RecentHistogram;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/** Time to decode a batch, and batches in flight. The decoding threads update it. */
final class DecodeMetrics {

  private final AtomicInteger waiting = new AtomicInteger();
  private final Histogram latency;

  /**
   * @param operator group of the operator
   */
  DecodeMetrics(MetricGroup operator) {
    operator.gauge("batchesInFlight", (Gauge<Integer>) waiting::get);
    latency = RecentHistogram.register(operator, "decodeLatencyMs");
  }

  /** A batch waits for a thread. */
  void submitted() {
    waiting.incrementAndGet();
  }

  /**
   * A batch is decoded, or has failed.
   *
   * @param start {@link System#nanoTime()} when a thread took it
   */
  void finished(long start) {
    waiting.decrementAndGet();
    latency.update(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }
}
