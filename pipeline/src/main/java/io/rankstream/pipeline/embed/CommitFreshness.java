package io.rankstream.pipeline.embed;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * Measures how old images are when their embeddings are committed: from the event time to the
 * completion of the checkpoint. Keeps a sample of each checkpoint's images.
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
   * @param ages called with the age of each sampled image, in milliseconds
   */
  CommitFreshness(LongConsumer ages) {
    this.ages = ages;
  }

  /** Adds an image whose embedding was emitted. */
  void emitted(long eventTime) {
    int slot = seen < SAMPLE ? seen : random.nextInt(seen + 1); // Vitter's algorithm R
    if (slot < SAMPLE) {
      eventTimes[slot] = eventTime;
    }
    seen++;
  }

  /** Assigns the images since the last barrier to a checkpoint; if it fails, to the next one. */
  void barrier(long checkpointId) {
    sealed.put(checkpointId, Arrays.copyOf(eventTimes, Math.min(seen, SAMPLE)));
    seen = 0;
    if (sealed.size() > OPEN_CHECKPOINTS) {
      sealed.pollFirstEntry();
    }
  }

  /** Reports the images of a complete checkpoint and of those before it. */
  void committed(long checkpointId, long now) {
    NavigableMap<Long, long[]> complete = sealed.headMap(checkpointId, true);
    complete
        .values()
        .forEach(times -> Arrays.stream(times).forEach(time -> ages.accept(now - time)));
    complete.clear();
  }
}
