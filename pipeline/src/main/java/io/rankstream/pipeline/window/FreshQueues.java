package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;

/** The queues of labelled images that wait for their first batch, one for each class. */
final class FreshQueues {

  private final WindowState state;
  private final ClassTable table;
  private final ImageIndex index;

  FreshQueues(WindowState state, ClassTable table, ImageIndex index) {
    this.state = state;
    this.table = table;
    this.index = index;
  }

  /**
   * Adds an image to the queue of its class, which has a ledger.
   *
   * @param now processing time
   * @param active active time of the stream
   */
  void add(AcceptedImage image, long now, long active) throws Exception {
    ClassLedger ledger = table.ledger(image.label());
    state.fresh(image.label(), ledger.nextFresh(), new FreshImage(now, image));
    index.add(image);
    table.put(image.label(), ledger.withFreshAdded(image.sizeBytes(), now, active));
  }

  /** Takes the oldest images of a class out of its queue: at most {@code count}. */
  List<FreshImage> take(String label, int count) throws Exception {
    ClassLedger ledger = table.ledger(label);
    int taken = Math.min(count, ledger.fresh());
    List<FreshImage> images = new ArrayList<>(taken);
    long bytes = 0;
    for (int i = 0; i < taken; i++) {
      FreshImage image = state.takeFresh(label, ledger.firstFresh() + i);
      index.remove(image.image());
      images.add(image);
      bytes += image.image().sizeBytes();
    }
    if (taken > 0) {
      table.put(label, ledger.withFreshTaken(taken, bytes, arrivalAfter(ledger, label, taken)));
    }

    return images;
  }

  /**
   * Removes the images of a class with an id, and moves those that stay to the end of the queue, in
   * their order.
   *
   * @return images that were removed
   */
  int forget(String label, String imageId) throws Exception {
    ClassLedger ledger = table.ledger(label);
    long free = ledger.nextFresh();
    long bytes = 0;
    long since = 0;
    for (long place = ledger.nextFresh() - 1; place >= ledger.firstFresh(); place--) {
      FreshImage image = state.fresh(label, place);
      if (image.image().imageId().equals(imageId)) {
        index.remove(image.image());
        state.takeFresh(label, place);
        bytes += image.image().sizeBytes();
      } else {
        free--;
        since = image.arrival();
        if (free != place) {
          state.takeFresh(label, place);
          state.fresh(label, free, image);
        }
      }
    }
    int forgotten = (int) (free - ledger.firstFresh());
    if (forgotten > 0) {
      table.put(label, ledger.withFreshTaken(forgotten, bytes, since));
    }
    return forgotten;
  }

  /** Arrival of the image that is the oldest after {@code taken} have left; 0 for none. */
  private long arrivalAfter(ClassLedger ledger, String label, int taken) throws Exception {
    return taken == ledger.fresh() ? 0 : state.fresh(label, ledger.firstFresh() + taken).arrival();
  }
}
