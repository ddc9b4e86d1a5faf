package io.rankstream.pipeline.train;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * How old images are when their embeddings are committed: event time against the completion of the
 * checkpoint that commits them. Keeps a sample of each checkpoint's images.
 */
final class CommitFreshness {

  private static final int SAMPLE = 500;
  private static final int OPEN_CHECKPOINTS = 100;

  private final LongConsumer ages;
  private final SplittableRandom random = new SplittableRandom(0);
  private final TreeMap<Long, long[]> sealed = new TreeMap<>();
  private long[] eventTimes = new long[SAMPLE];
  private int seen;

  /**
   * @param ages told the age of each image in milliseconds
   */
  CommitFreshness(LongConsumer ages) {
    this.ages = ages;
  }

  /** An embedding has left. */
  void emitted(long eventTime) {
    int place = seen < SAMPLE ? seen : random.nextInt(seen + 1); // Vitter's algorithm R
    if (place < SAMPLE) {
      eventTimes[place] = eventTime;
    }
    seen++;
  }

  /** What has left so far is committed with this checkpoint, or with a later one if it fails. */
  void barrier(long checkpointId) {
    sealed.put(checkpointId, Arrays.copyOf(eventTimes, Math.min(seen, SAMPLE)));
    seen = 0;
    if (sealed.size() > OPEN_CHECKPOINTS) {
      sealed.pollFirstEntry();
    }
  }

  /** A checkpoint is complete, and with it all earlier ones. */
  void committed(long checkpointId, long now) {
    NavigableMap<Long, long[]> complete = sealed.headMap(checkpointId, true);
    complete
        .values()
        .forEach(times -> Arrays.stream(times).forEach(time -> ages.accept(now - time)));
    complete.clear();
  }
}
