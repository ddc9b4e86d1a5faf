package io.rankstream.pipeline.window;

import java.util.SplittableRandom;

/**
 * Random numbers whose seeds come from counters in the state, so that a replay after a crash draws
 * the same.
 *
 * @param seed seed of the job
 * @param counters counters of the stream
 */
record Draws(long seed, WindowCounters counters) {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L; // spreads neighbouring seeds

  /** For the classes of the batch that is being made. */
  SplittableRandom forClasses() {
    return new SplittableRandom(seed * GOLDEN + counters.batches * 31).split();
  }

  /** For the images of a class in the batch that is being made. */
  SplittableRandom forBatch(String label) {
    return new SplittableRandom(seed * GOLDEN + counters.batches * 31 + label.hashCode());
  }

  /** For the next image that a class has to give up. */
  SplittableRandom forEviction(String label) {
    return new SplittableRandom(~seed * GOLDEN + counters.evictions++ * 31 + label.hashCode());
  }
}
