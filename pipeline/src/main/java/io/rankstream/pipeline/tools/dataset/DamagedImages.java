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

  /** How many images of how many cannot be used, and the first of them. */
  String summary(String advice) {
    return "%s: %s of %s images cannot be used%s (%s%s)"
        .formatted(
            dataset.name(),
            count,
            dataset.size(),
            advice,
            String.join("; ", named),
            count > NAMED ? "; …" : "");
  }

  /**
   * Throws when an image was noted.
   *
   * @throws IOException with the first of them, their number and what to do
   */
  public void throwIfAny() throws IOException {
    if (count > 0) {
      throw new IOException(summary(": remove them or replace them"));
    }
  }
}
