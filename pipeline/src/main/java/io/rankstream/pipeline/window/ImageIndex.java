package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which classes of a stream hold an image, by its id: one entry for each place in a queue of fresh
 * images or in a reservoir. It holds no images. An id has several entries when it came again with
 * another label or another picture.
 *
 * <p>To forget an image costs a walk over its class, which {@code window.fresh-per-class} and
 * {@code window.reservoir-per-class} bound, and not over the stream.
 */
final class ImageIndex {

  private final WindowState state;

  ImageIndex(WindowState state) {
    this.state = state;
  }

  /** Adds an image that has got a place. */
  void add(AcceptedImage image) throws Exception {
    String[] labels = state.labels(image.imageId());
    int count = labels == null ? 0 : labels.length;
    String[] more = count == 0 ? new String[1] : Arrays.copyOf(labels, count + 1);
    more[count] = image.label();
    state.labels(image.imageId(), more);
  }

  /** Removes an image that has lost one of its places. */
  void remove(AcceptedImage image) throws Exception {
    String[] labels = state.labels(image.imageId());
    if (labels.length == 1) {
      state.labels(image.imageId(), null);
    } else {
      List<String> fewer = new ArrayList<>(List.of(labels));
      fewer.remove(image.label());
      state.labels(image.imageId(), fewer.toArray(String[]::new));
    }
  }

  /** The classes that hold an image. */
  Set<String> labels(String imageId) throws Exception {
    String[] labels = state.labels(imageId);
    return labels == null ? Set.of() : new TreeSet<>(List.of(labels));
  }
}
