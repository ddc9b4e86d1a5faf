package io.rankstream.model.image;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Supported encodings. */
public enum ImageFormat {
  JPEG("jpg", "jpeg", "jpe", "jfif"),
  PNG("png"),
  GIF("gif"),
  BMP("bmp"),
  WEBP("webp"),
  TIFF("tif", "tiff");

  @SuppressWarnings("ImmutableEnumChecker") // Set.of cannot be changed
  private final Set<String> endings;

  ImageFormat(String... endings) {
    this.endings = Set.of(endings);
  }

  /**
   * The format that a file's name promises by its ending, in any letter case; empty when it
   * promises none that is supported.
   */
  public static Optional<ImageFormat> ofFileName(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    for (ImageFormat format : values()) {
      if (format.endings.contains(ending)) {
        return Optional.of(format);
      }
    }

    return Optional.empty();
  }
}
