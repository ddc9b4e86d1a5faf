package io.rankstream.model.image;

/** Encodings that are read. */
public enum ImageFormat {
  JPEG,
  PNG
}
