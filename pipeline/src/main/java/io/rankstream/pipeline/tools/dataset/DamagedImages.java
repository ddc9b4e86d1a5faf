package io.rankstream.pipeline.tools.dataset;

import io.rankstream.model.image.ImageRejectedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Images of a set that cannot be decoded, gathered so that all of them are told at once. */
public final class DamagedImages {

  private static final int NAMED = 5;

  private final ImageDataset dataset;
  private final List<String> named = new ArrayList<>();
  private int count;

  /**
   * @param dataset set that the images belong to
   */
  public DamagedImages(ImageDataset dataset) {
    this.dataset = dataset;
  }

  /** Notes an image. */
  public void add(int index, ImageRejectedException reason) {
    count++;
    if (named.size() < NAMED) {
      named.add("%s: %s".formatted(dataset.id(index), reason.getMessage()));
    }
  }

  /** Whether none was noted. */
  public boolean isEmpty() {
    return count == 0;
  }

  /**
   * Throws when an image was noted.
   *
   * @throws IOException with the first of them, their number and what to do
   */
  public void throwIfAny() throws IOException {
    if (count > 0) {
      throw new IOException(
          "%s: %s of %s images cannot be used: remove them or replace them (%s%s)"
              .formatted(
                  dataset.name(),
                  count,
                  dataset.size(),
                  String.join("; ", named),
                  count > NAMED ? "; …" : ""));
    }
  }
}
