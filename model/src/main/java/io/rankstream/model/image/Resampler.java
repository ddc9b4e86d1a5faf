package io.rankstream.model.image;

import java.util.Arrays;

/**
 * Resizes with a triangle filter whose support grows with the reduction, so that no pixel is
 * skipped. Pillow and torchvision call this bilinear.
 *
 * <p>It counts in whole numbers, so that the result is the same on every machine: weights of 11
 * bits, two bits of fraction between the two passes. The first pass sums rows, in loops that the
 * compiler turns into vector instructions. The second sums pixels of a row; there one 64-bit number
 * carries the three channels of a pixel in lanes of 21 bits, so that one multiplication does the
 * work of three.
 */
final class Resampler {

  private static final int FRACTION_BITS = 2;
  private static final int ROW_SHIFT = TriangleFilter.WEIGHT_BITS - FRACTION_BITS;
  private static final int PIXEL_SHIFT = TriangleFilter.WEIGHT_BITS + FRACTION_BITS;
  private static final int LANE_BITS = 21;
  private static final int RED_LANE = 2 * LANE_BITS;
  private static final int GREEN_LANE = LANE_BITS;
  private static final long HALF = (1L << RED_LANE | 1L << GREEN_LANE | 1L) << (PIXEL_SHIFT - 1);

  private final PixelRows from;
  private final Planes to;
  private final TriangleFilter down;
  private final TriangleFilter across;
  private final boolean single;
  private final long[] sums;

  private Resampler(PixelRows from, Planes to) {
    this.from = from;
    this.to = to;
    down = new TriangleFilter(from.height(), to.height());
    across = new TriangleFilter(from.width(), to.width());
    sums = new long[to.width()];
    single = from.isGrey() || to.channels() == 1;
  }

  /**
   * Resizes a picture, and turns grey into colour or colour into grey.
   *
   * @return uint8, {@code [C, height, width]}
   */
  static Planes resize(PixelRows from, int channels, int height, int width) {
    Planes to = new Planes(channels, height, width);
    new Resampler(from, to).run();
    return to;
  }

  /** Reads each row once, and adds it to the rows of the result that it is a part of. */
  private void run() {
    int width = from.width();
    int[] row = new int[width];
    int open = down.mostAtOnce();
    int[][][] lines = new int[open][single ? 1 : 3][width];
    long[] packed = new long[width];
    int oldest = 0;
    int next = 0;
    for (int y = 0; oldest < to.height(); y++) {
      read(y, row);
      while (next < to.height() && down.first(next) <= y) {
        for (int[] sum : lines[next % open]) {
          Arrays.fill(sum, 1 << (ROW_SHIFT - 1)); // a half, to round
        }
        next++;
      }
      for (int line = oldest; line < next; line++) {
        int weight = down.weight(line, y - down.first(line));
        if (weight > 0) {
          add(row, weight, lines[line % open]);
        }
      }
      while (oldest < next && down.last(oldest) <= y) {
        pack(lines[oldest % open], packed);
        finish(oldest, packed);
        oldest++;
      }
    }
  }

  private void read(int y, int[] row) {
    from.read(y, row);
    if (single && !from.isGrey()) { // ITU-R BT.601 luma, as Pillow's mode L
      for (int x = 0; x < row.length; x++) {
        int pixel = row[x];
        int red = (pixel >>> 24) * 19595;
        int green = (pixel >>> 16 & 0xFF) * 38470;
        int blue = (pixel >>> 8 & 0xFF) * 7471;
        row[x] = (red + green + blue + 0x8000) >> 16;
      }
    }
  }

  private static void add(int[] row, int weight, int[][] sums) {
    if (sums.length == 1) {
      int[] sum = sums[0];
      for (int x = 0; x < row.length; x++) {
        sum[x] += weight * row[x];
      }
      return;
    }

    int[] red = sums[0];
    int[] green = sums[1];
    int[] blue = sums[2];
    for (int x = 0; x < row.length; x++) {
      red[x] += weight * (row[x] >>> 24);
    }
    for (int x = 0; x < row.length; x++) {
      green[x] += weight * (row[x] >>> 16 & 0xFF);
    }
    for (int x = 0; x < row.length; x++) {
      blue[x] += weight * (row[x] >>> 8 & 0xFF);
    }
  }

  private static void pack(int[][] sums, long[] packed) {
    if (sums.length == 1) {
      int[] sum = sums[0];
      for (int x = 0; x < sum.length; x++) {
        packed[x] = sum[x] >> ROW_SHIFT;
      }
      return;
    }

    int[] red = sums[0];
    int[] green = sums[1];
    int[] blue = sums[2];
    // Loops of one step each, which the compiler turns into vector instructions; and the last one,
    // which it does not, as short as it can be.
    for (int x = 0; x < red.length; x++) {
      red[x] = red[x] >> ROW_SHIFT << (RED_LANE - Integer.SIZE);
    }
    for (int x = 0; x < green.length; x++) {
      green[x] = green[x] >> ROW_SHIFT << GREEN_LANE;
    }
    for (int x = 0; x < blue.length; x++) {
      green[x] |= blue[x] >> ROW_SHIFT;
    }
    for (int x = 0; x < packed.length; x++) {
      packed[x] = (long) red[x] << Integer.SIZE | green[x];
    }
  }

  /** The second pass, over a row that is complete. */
  private void finish(int line, long[] packed) {
    byte[] values = to.values();
    int plane = to.height() * to.width();
    int at = line * to.width();
    int width = to.width();
    across.sum(packed, HALF, sums);
    if (single) {
      for (int x = 0; x < width; x++) {
        byte value = (byte) (sums[x] >> PIXEL_SHIFT);
        for (int c = 0; c < to.channels(); c++) {
          values[at + x + c * plane] = value;
        }
      }
      return;
    }

    for (int x = 0; x < width; x++) {
      values[at + x] = (byte) (sums[x] >> (RED_LANE + PIXEL_SHIFT));
    }
    for (int x = 0; x < width; x++) {
      values[at + x + plane] = (byte) (sums[x] >> (GREEN_LANE + PIXEL_SHIFT));
    }
    for (int x = 0; x < width; x++) {
      values[at + x + 2 * plane] = (byte) (sums[x] >> PIXEL_SHIFT);
    }
  }
}
