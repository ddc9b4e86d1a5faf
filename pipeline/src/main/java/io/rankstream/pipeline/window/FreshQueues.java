package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The queues of labelled images that wait for their first batch, one for each class. */
final class FreshQueues {

  private final WindowState state;
  private final ClassTable table;

  FreshQueues(WindowState state, ClassTable table) {
    this.state = state;
    this.table = table;
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
      images.add(image);
      bytes += image.image().sizeBytes();
    }
    if (taken > 0) {
      table.put(label, ledger.withFreshTaken(taken, bytes, arrivalAfter(ledger, label, taken)));
    }

    return images;
  }

  /** Removes the images with an id; returns how many there were. */
  int forget(String imageId) throws Exception {
    List<ImageKey> found = state.findFresh(imageId);
    Set<String> labels = new HashSet<>();
    for (ImageKey key : found) {
      labels.add(key.label());
    }
    for (String label : labels) {
      closeGaps(label, imageId);
    }

    return found.size();
  }

  /** Moves the images of a class that stay to the end of its queue, in their order. */
  private void closeGaps(String label, String imageId) throws Exception {
    ClassLedger ledger = table.ledger(label);
    long free = ledger.nextFresh();
    long bytes = 0;
    long since = 0;
    for (long index = ledger.nextFresh() - 1; index >= ledger.firstFresh(); index--) {
      FreshImage image = state.takeFresh(label, index);
      if (image.image().imageId().equals(imageId)) {
        bytes += image.image().sizeBytes();
      } else {
        free--;
        since = image.arrival();
        state.fresh(label, free, image);
      }
    }
    table.put(label, ledger.withFreshTaken((int) (free - ledger.firstFresh()), bytes, since));
  }

  /** Arrival of the image that is the oldest after {@code taken} have left; 0 for none. */
  private long arrivalAfter(ClassLedger ledger, String label, int taken) throws Exception {
    return taken == ledger.fresh() ? 0 : state.fresh(label, ledger.firstFresh() + taken).arrival();
  }
}
