package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.pipeline.metrics.RecentHistogram;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.DeadLetter;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;

/** Images accepted, refused and deleted, and the time that decoding takes. */
final class ReceiveMetrics {

  private final Counter accepted;
  private final Counter rejected;
  private final Counter deletions;
  private final Counter otherKeys;
  private final DeadLetterCounters deadLetters;
  private final Histogram decoding;

  /**
   * @param operator group of the operator
   */
  ReceiveMetrics(MetricGroup operator) {
    accepted = operator.counter("numImagesAccepted");
    rejected = operator.counter("numImagesRejected");
    deletions = operator.counter("numDeletions");
    otherKeys = operator.counter("numImagesWithOtherKey");
    deadLetters = new DeadLetterCounters(operator);
    decoding = RecentHistogram.register(operator, "decodeLatencyUs");
  }

  /**
   * Counts what goes on. An image whose record has another key than that of its stream and id is
   * taken; but a deletion in another partition may overtake it, so such keys are counted.
   *
   * @param key key of the record, or null
   */
  void accepted(ImageInput input, byte[] key) {
    accepted(input);
    if (!input.forgets()
        && !Arrays.equals(key, new RecordKey(input.stream(), input.imageId()).bytes())) {
      otherKeys.inc();
    }
  }

  /** Counts what goes on from a source whose elements have no keys. */
  void accepted(ImageInput input) {
    (input.forgets() ? deletions : accepted).inc();
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
