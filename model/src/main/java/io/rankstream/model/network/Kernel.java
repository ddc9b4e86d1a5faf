package io.rankstream.model.network;

/**
 * Shape and movement of the kernel of a convolution.
 *
 * @param height rows
 * @param width columns
 * @param stride pixels from one position to the next, in both directions
 * @param isPadded whether half a kernel of zeros is added around the map, so that a kernel of odd
 *     size and stride 1 keeps the size of the map
 */
record Kernel(int height, int width, int stride, boolean isPadded) {

  /** A padded square kernel with stride 1. */
  static Kernel square(int size) {
    return of(size, size);
  }

  /** A padded kernel with stride 1. */
  static Kernel of(int height, int width) {
    return new Kernel(height, width, 1, true);
  }

  Kernel withStride(int pixels) {
    return new Kernel(height, width, pixels, isPadded);
  }

  Kernel withoutPadding() {
    return new Kernel(height, width, stride, false);
  }

  /** Values in one plane of the kernel. */
  long area() {
    return (long) height * width;
  }
}
