package io.rankstream.model.image;

/** A decoded picture, read row by row. */
interface PixelRows {

  int width();

  int height();

  /** Whether a pixel is one number from 0 to 255; otherwise red, green, blue from bit 31 down. */
  boolean isGrey();

  /**
   * Reads a row.
   *
   * @param row takes as many pixels as the picture is wide
   */
  void read(int y, int[] row);
}
