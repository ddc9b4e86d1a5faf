package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.Reservoir;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The reservoirs of images that had their first batch, one for each class. The slots of a class are
 * dense: 0 to {@code kept} - 1.
 *
 * @see <a href="https://doi.org/10.1145/3147.3165">Vitter 1985, Random Sampling with a Reservoir,
 *     algorithm R</a>
 */
final class Reservoirs {

  private final WindowState state;
  private final ClassTable table;
  private final ImageIndex index;
  private final JobConfig.Window bounds;

  Reservoirs(WindowState state, ClassTable table, ImageIndex index, JobConfig.Window bounds) {
    this.state = state;
    this.table = table;
    this.index = index;
    this.bounds = bounds;
  }

  /**
   * Offers an image to the reservoir of its class.
   *
   * @param capacity images that the class may keep now, at least one
   */
  void offer(AcceptedImage image, int capacity, SplittableRandom random) throws Exception {
    String label = image.label();
    ClassLedger ledger = table.ledger(label);
    ClassLedger after = ledger.withOffer();
    int kept = ledger.kept();
    if (kept < capacity) {
      state.keep(label, kept, image);
      index.add(image);
      after = after.withKept(kept + 1, image.sizeBytes());
    } else {
      // RECENT overwrites slots in turn. Evictions leave gaps in that order, so a slightly older
      // image may survive; nothing is lost.
      long slot =
          bounds.reservoir() == Reservoir.RECENT
              ? ledger.seen() % kept
              : random.nextLong(after.seen());
      if (slot < kept) {
        AcceptedImage replaced = state.kept(label, slot);
        index.remove(replaced);
        state.keep(label, slot, image);
        index.add(image);
        long growth = (long) image.sizeBytes() - replaced.sizeBytes();
        after = after.withKept(kept, growth);
      }
    }

    table.put(label, after);
  }

  /** Draws distinct images of a class, at most {@code count}. */
  List<AcceptedImage> draw(String label, int count, SplittableRandom random) throws Exception {
    int[] slots = new int[table.ledger(label).kept()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = i;
    }

    int drawn = Math.min(count, slots.length);
    List<AcceptedImage> images = new ArrayList<>(drawn);
    for (int i = 0; i < drawn; i++) { // the first steps of a Fisher-Yates shuffle
      int j = i + random.nextInt(slots.length - i);
      int slot = slots[j];
      slots[j] = slots[i];
      images.add(state.kept(label, slot));
    }

    return images;
  }

  /** The next images of a class in turn, at most {@code count}, each once. */
  List<AcceptedImage> next(String label, int count) throws Exception {
    ClassLedger ledger = table.ledger(label);
    int taken = Math.min(count, ledger.kept());
    List<AcceptedImage> images = new ArrayList<>(taken);
    for (int i = 0; i < taken; i++) {
      images.add(state.kept(label, (ledger.refreshed() + i) % ledger.kept()));
    }
    table.put(label, ledger.withRefresh(taken));
    return images;
  }

  /** Drops one image of a class, each with the same probability. */
  void dropOne(String label, SplittableRandom random) throws Exception {
    drop(label, random.nextInt(table.ledger(label).kept()));
  }

  /** Drops what a class keeps above a number of images. */
  void shrink(String label, int capacity) throws Exception {
    while (table.ledger(label).kept() > capacity) {
      drop(label, table.ledger(label).kept() - 1L);
    }
  }

  /** Removes the images of a class with an id; returns how many there were. */
  int forget(String label, String imageId) throws Exception {
    int forgotten = 0;
    // from the highest slot down: the last slot, which fills the gap, then never has one of these
    for (int slot = table.ledger(label).kept() - 1; slot >= 0; slot--) {
      if (state.kept(label, slot).imageId().equals(imageId)) {
        drop(label, slot);
        forgotten++;
      }
    }
    return forgotten;
  }

  private void drop(String label, long slot) throws Exception {
    ClassLedger ledger = table.ledger(label);
    int last = ledger.kept() - 1;
    AcceptedImage dropped = state.kept(label, slot);
    index.remove(dropped);
    if (slot != last) {
      state.keep(label, slot, state.kept(label, last));
    }
    state.drop(label, last);
    table.put(label, ledger.withKept(last, -dropped.sizeBytes()));
  }
}
