package io.rankstream.model.image;

import java.util.Arrays;

/**
 * Resizes with a triangle filter whose support grows with the reduction, so that no pixel is
 * skipped. Pillow and torchvision call this bilinear.
 */
final class Resampler {

  private Resampler() {}

  static Planes resize(Planes image, int height, int width) {
    if (image.height() == height && image.width() == width) {
      return image;
    }

    float[][] across = weights(image.width(), width);
    float[][] down = weights(image.height(), height);
    int[] firstX = firsts(image.width(), width);
    int[] firstY = firsts(image.height(), height);
    Planes resized = new Planes(image.channels(), height, width);
    float[] rows = new float[image.height() * width];
    byte[] from = image.values();
    byte[] to = resized.values();
    float[] line = new float[image.width()];
    float[] sums = new float[width];
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < image.height(); y++) {
        int start = (c * image.height() + y) * image.width();
        for (int x = 0; x < line.length; x++) {
          line[x] = from[start + x] & 0xFF;
        }
        for (int x = 0; x < width; x++) {
          float[] row = across[x];
          int first = firstX[x];
          float sum = 0;
          for (int i = 0; i < row.length; i++) {
            sum += row[i] * line[first + i];
          }
          rows[y * width + x] = sum;
        }
      }
      for (int y = 0; y < height; y++) { // row by row, so that the inner loops read memory in order
        Arrays.fill(sums, 0);
        for (int i = 0; i < down[y].length; i++) {
          float weight = down[y][i];
          int start = (firstY[y] + i) * width;
          for (int x = 0; x < width; x++) {
            sums[x] += weight * rows[start + x];
          }
        }
        int start = (c * height + y) * width;
        for (int x = 0; x < width; x++) {
          to[start + x] = (byte) Math.max(0, Math.min(255, (int) (sums[x] + 0.5)));
        }
      }
    }

    return resized;
  }

  private static int[] firsts(int from, int to) {
    int[] firsts = new int[to];
    for (int i = 0; i < to; i++) {
      firsts[i] = first(from, to, i);
    }

    return firsts;
  }

  private static float[][] weights(int from, int to) {
    float[][] weights = new float[to][];
    double scale = (double) from / to;
    double support = Math.max(1, scale);
    for (int i = 0; i < to; i++) {
      double center = (i + 0.5) * scale;
      int first = first(from, to, i);
      int last = Math.min(from, (int) (center + support + 0.5));
      double sum = 0;
      double[] row = new double[last - first];
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.max(0, 1 - Math.abs(first + j + 0.5 - center) / support);
        sum += row[j];
      }

      weights[i] = new float[row.length];
      for (int j = 0; j < row.length; j++) {
        weights[i][j] = (float) (row[j] / sum);
      }
    }

    return weights;
  }

  private static int first(int from, int to, int i) {
    double scale = (double) from / to;
    return Math.max(0, (int) ((i + 0.5) * scale - Math.max(1, scale) + 0.5));
  }
}
