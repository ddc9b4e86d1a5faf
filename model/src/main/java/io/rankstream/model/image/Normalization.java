package io.rankstream.model.image;

import java.util.Arrays;

/** How pixels of 0 to 255 become the numbers that a backbone expects. */
public enum Normalization {
  /** To the range −1 to 1: {@code x / 127.5 − 1}. */
  HALF_RANGE("half-range"),
  /**
   * {@code (x / 255 − mean) / deviation} with the means and deviations of ImageNet's channels, as
   * torchvision does.
   */
  IMAGENET("imagenet");

  private final String id;

  Normalization(String id) {
    this.id = id;
  }

  /**
   * The normalization of a name in a file.
   *
   * @throws IllegalArgumentException when this release has none of this name
   */
  public static Normalization of(String id) {
    return Arrays.stream(values())
        .filter(normalization -> normalization.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid normalization: %s (must be half-range or imagenet)".formatted(id)));
  }

  /** The name in files and snapshots, which no release may change, and in settings. */
  public String id() {
    return id;
  }
}
