package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import java.util.List;

/** The images of a stream that wait to be embedded without training. */
final class EmbeddingQueue {

  private final WindowState state;
  private final WindowCounters counters;

  EmbeddingQueue(WindowState state, WindowCounters counters) {
    this.state = state;
    this.counters = counters;
  }

  /**
   * Adds an image.
   *
   * @param arrival processing time at which it came to the window
   */
  void add(AcceptedImage image, long arrival) throws Exception {
    boolean isOldest = counters.embeddingWaiting == 0 || arrival < counters.embeddingSince;
    counters.embeddingSince = isOldest ? arrival : counters.embeddingSince;
    state.queueForEmbedding(image);
    counters.embeddingWaiting++;
    counters.embeddingBytes += image.sizeBytes();
  }

  List<AcceptedImage> takeAll() throws Exception {
    counters.embeddingWaiting = 0;
    counters.embeddingBytes = 0;
    return state.takeEmbeddingQueue();
  }

  /** Removes the images with an id; returns how many there were. */
  int forget(String imageId) throws Exception {
    if (counters.embeddingWaiting == 0 || !holds(imageId)) {
      return 0;
    }

    long since = counters.embeddingSince; // or later, when the oldest is the one to forget
    int forgotten = 0;
    for (AcceptedImage image : takeAll()) {
      if (image.imageId().equals(imageId)) {
        forgotten++;
      } else {
        add(image, since);
      }
    }
    return forgotten;
  }

  private boolean holds(String imageId) throws Exception {
    for (AcceptedImage image : state.embeddingQueue()) {
      if (image.imageId().equals(imageId)) {
        return true;
      }
    }
    return false;
  }
}
