package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.Reservoir;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The reservoirs of trained images in the state of a window, one for each class.
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

  /** Offers a trained image to the reservoir of its class; returns the new ledger of the class. */
  ClassLedger offer(
      WindowClock clock, ClassLedger ledger, AcceptedImage image, SplittableRandom random)
      throws Exception {
    long seen = ledger.seen() + 1;
    int kept = ledger.kept();
    if (kept < bounds.reservoirPerClass()) {
      put(clock, image, kept);
      return ledger.withReservoir(kept + 1, seen);
    }

    // RECENT overwrites slots in turn. Evictions leave gaps in that order, so a slightly older
    // image
    // may survive; nothing is lost.
    long slot =
        bounds.reservoir() == Reservoir.RECENT ? ledger.seen() % kept : random.nextLong(seen);
    if (slot < kept) {
      clock.bytes -= state.drop(image.label(), slot).image().sizeBytes();
      put(clock, image, slot);
    }

    return ledger.withReservoir(kept, seen);
  }

  /** Draws distinct images of a class, at most {@code count}. */
  List<AcceptedImage> draw(String label, ClassLedger ledger, int count, SplittableRandom random)
      throws Exception {
    int drawn = Math.min(count, ledger.kept());
    int[] slots = new int[ledger.kept()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = i;
    }

    List<AcceptedImage> images = new ArrayList<>(drawn);
    for (int i = 0; i < drawn; i++) { // the first steps of a Fisher-Yates shuffle
      int j = i + random.nextInt(slots.length - i);
      int slot = slots[j];
      slots[j] = slots[i];
      images.add(state.kept(label, slot).image());
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
      ImageKey slot = state.keptAt(clock.oldestAge);
      if (slot != null) {
        ClassLedger ledger = state.ledger(slot.label());
        clock.bytes -= state.drop(slot.label(), slot.index()).image().sizeBytes();
        int last = ledger.kept() - 1;
        if (slot.index() != last) { // slots stay dense
          state.keep(slot.label(), slot.index(), state.drop(slot.label(), last));
        }

        state.ledger(slot.label(), ledger.withReservoir(last, ledger.seen()));
        return slot.label();
      }
    }

    return null;
  }

  private void put(WindowClock clock, AcceptedImage image, long slot) throws Exception {
    state.keep(image.label(), slot, new ReservoirEntry(clock.nextAge++, image));
    clock.bytes += image.sizeBytes();
  }
}
