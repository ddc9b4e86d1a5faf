package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.Reservoir;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The reservoirs of trained images, one for each class, in the state of a window.
 *
 * @see <a href="https://doi.org/10.1145/3147.3165">Vitter 1985, Random Sampling with a Reservoir,
 *     algorithm R</a>
 */
final class Reservoirs {

  private final WindowState state;
  private final JobConfig.Window bounds;

  Reservoirs(WindowState state, JobConfig.Window bounds) {
    this.state = state;
    this.bounds = bounds;
  }

  /** Offers a trained image to the reservoir of its class and returns the ledger after it. */
  ClassLedger offer(
      WindowClock clock, ClassLedger ledger, AcceptedImage image, SplittableRandom random)
      throws Exception {
    long seen = ledger.seen() + 1;
    int kept = ledger.kept();
    if (kept < bounds.reservoirPerClass()) {
      put(clock, image, kept);
      return ledger.withReservoir(kept + 1, seen);
    }

    // RECENT walks round the places; evictions for want of memory disturb the order, which costs
    // recency, not safety.
    long place =
        bounds.reservoir() == Reservoir.RECENT ? ledger.seen() % kept : random.nextLong(seen);
    if (place < kept) {
      clock.bytes -= state.drop(image.label(), place).image().sizeBytes();
      put(clock, image, place);
    }

    return ledger.withReservoir(kept, seen);
  }

  /** Draws distinct images of a class, at most {@code count}. */
  List<AcceptedImage> draw(String label, ClassLedger ledger, int count, SplittableRandom random)
      throws Exception {
    int drawn = Math.min(count, ledger.kept());
    int[] places = new int[ledger.kept()];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }

    List<AcceptedImage> images = new ArrayList<>(drawn);
    for (int i = 0; i < drawn; i++) { // the first steps of a Fisher-Yates shuffle
      int j = i + random.nextInt(places.length - i);
      int place = places[j];
      places[j] = places[i];
      images.add(state.kept(label, place).image());
    }

    return images;
  }

  /**
   * Evicts the oldest entry of all classes.
   *
   * @return the class that lost an image, or null when all reservoirs are empty
   */
  String evictOldest(WindowClock clock) throws Exception {
    for (; clock.oldestAge < clock.nextAge; clock.oldestAge++) {
      ImageKey place = state.keptAt(clock.oldestAge);
      if (place != null) {
        ClassLedger ledger = state.ledger(place.label());
        clock.bytes -= state.drop(place.label(), place.index()).image().sizeBytes();
        int last = ledger.kept() - 1;
        if (place.index() != last) { // places stay dense
          state.keep(place.label(), place.index(), state.drop(place.label(), last));
        }

        state.ledger(place.label(), ledger.withReservoir(last, ledger.seen()));
        return place.label();
      }
    }

    return null;
  }

  private void put(WindowClock clock, AcceptedImage image, long place) throws Exception {
    state.keep(image.label(), place, new ReservoirEntry(clock.nextAge++, image));
    clock.bytes += image.sizeBytes();
  }
}
