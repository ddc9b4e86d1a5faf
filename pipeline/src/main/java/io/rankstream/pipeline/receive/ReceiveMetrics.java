package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.pipeline.metrics.RecentHistogram;
import io.rankstream.schemas.DeadLetter;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/** Images accepted and refused, and the time that decoding takes. */
final class ReceiveMetrics {

  private final Counter accepted;
  private final Counter rejected;
  private final DeadLetterCounters deadLetters;
  private final Histogram decoding;

  /**
   * @param operator group of the operator
   */
  ReceiveMetrics(MetricGroup operator) {
    accepted = operator.counter("numImagesAccepted");
    rejected = operator.counter("numImagesRejected");
    deadLetters = new DeadLetterCounters(operator);
    decoding = RecentHistogram.register(operator, "decodeLatencyUs");
  }

  void accepted() {
    accepted.inc();
  }

  /** Counts a refused record and returns its letter. */
  DeadLetter rejected(DeadLetter letter) {
    rejected.inc();
    return deadLetters.count(letter);
  }

  /**
   * An image was decoded, or found to be damaged.
   *
   * @param start {@link System#nanoTime()} before
   */
  void decoded(long start) {
    decoding.update(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start));
  }
}
