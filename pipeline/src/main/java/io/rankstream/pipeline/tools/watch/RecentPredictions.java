package io.rankstream.pipeline.tools.watch;

import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsFirst;

import io.rankstream.schemas.PredictionCount;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The last prequential predictions of a stream, counted by label and prediction. A model that
 * starts anew or goes back to an older savepoint starts without any. Not thread-safe.
 */
final class RecentPredictions {

  /** Predictions that count; older ones leave. */
  static final int WINDOW = 10_000;

  /**
   * Images of one class that were predicted alike.
   *
   * @param label class of the images
   * @param predicted the prediction; null while the model knew no class
   * @param images number of such images
   */
  record Count(String label, String predicted, int images) {

    static final Comparator<Count> MOST_FIRST =
        Comparator.comparingInt(Count::images)
            .reversed()
            .thenComparing(Count::label)
            .thenComparing(Count::predicted, nullsFirst(naturalOrder()));

    /** Whether the images were taken for those of another class. */
    boolean isConfusion() {
      return predicted != null && !predicted.equals(label);
    }
  }

  private record Pair(String label, String predicted) {}

  /** The images of a pair that count. */
  private static final class Tally {
    private final Pair pair;
    private int images;

    private Tally(Pair pair) {
      this.pair = pair;
    }
  }

  /** Images of a pair that came together. */
  private record Arrival(Tally tally, int images) {}

  private final Map<Pair, Tally> tallies = new HashMap<>();
  private final Deque<Arrival> arrivals = new ArrayDeque<>();
  private int images;
  private String lineage = "";
  private long step;

  /** Adds the predictions of a step. */
  void add(TrainingMetrics metrics) {
    if (metrics.getStep() <= step && !metrics.getLineage().equals(lineage)) {
      clear();
    }
    lineage = metrics.getLineage();
    step = metrics.getStep();
    metrics.getPredictions().forEach(this::add);
    forgetOldest();
  }

  /** The counts, the largest first; equal ones by name. */
  List<Count> counts() {
    return tallies.values().stream()
        .map(tally -> new Count(tally.pair.label(), tally.pair.predicted(), tally.images))
        .sorted(Count.MOST_FIRST)
        .toList();
  }

  private void add(PredictionCount count) {
    Tally tally =
        tallies.computeIfAbsent(new Pair(count.getLabel(), count.getPredictedLabel()), Tally::new);
    tally.images += count.getImages();
    arrivals.addLast(new Arrival(tally, count.getImages()));
    images += count.getImages();
  }

  private void forgetOldest() {
    while (images > WINDOW) {
      Arrival oldest = arrivals.removeFirst();
      int leaving = Math.min(oldest.images(), images - WINDOW);
      if (leaving < oldest.images()) {
        arrivals.addFirst(new Arrival(oldest.tally(), oldest.images() - leaving));
      }
      images -= leaving;
      oldest.tally().images -= leaving;
      if (oldest.tally().images == 0) {
        tallies.remove(oldest.tally().pair);
      }
    }
  }

  private void clear() {
    tallies.clear();
    arrivals.clear();
    images = 0;
  }
}
