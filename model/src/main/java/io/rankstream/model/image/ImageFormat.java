package io.rankstream.model.image;

/** Supported encodings. */
public enum ImageFormat {
  JPEG,
  PNG
}
