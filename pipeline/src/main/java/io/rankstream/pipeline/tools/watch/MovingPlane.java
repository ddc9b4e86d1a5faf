package io.rankstream.pipeline.tools.watch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The plane of the two principal components of changing embeddings, frame by frame. A few rounds of
 * subspace iteration start from the plane of the last frame, then the picture is rotated to match
 * the last one (orthogonal Procrustes). A dot therefore moves only because its embedding moves, not
 * because an axis changed its sign.
 *
 * @see <a href="https://doi.org/10.1007/BF02289451">Schönemann 1966, A generalized solution of the
 *     orthogonal Procrustes problem</a>
 */
final class MovingPlane {

  private static final int FIRST_ROUNDS = 40;
  private static final int ROUNDS = 4;

  private double[][] axes = new double[2][0];
  private Map<Integer, double[]> last = new HashMap<>();

  /**
   * Coordinates of images, by key. All embeddings have the same dimension.
   *
   * @param images two or more
   */
  synchronized Map<Integer, double[]> next(List<SampledImage> images) {
    double[] mean = mean(images);
    boolean first = axes[0].length != mean.length;
    if (first) {
      axes = random(mean.length);
      last.clear();
    }
    for (int round = first ? FIRST_ROUNDS : ROUNDS; round > 0; round--) {
      axes = refined(images, mean);
    }

    Map<Integer, double[]> plane = projected(images, mean);
    turn(plane);
    last = plane;
    return plane;
  }

  /** Multiplies the axes by the covariance of the images and makes them orthonormal again. */
  private double[][] refined(List<SampledImage> images, double[] mean) {
    double[][] product = new double[2][mean.length];
    for (SampledImage image : images) {
      float[] values = image.values();
      for (int axis = 0; axis < 2; axis++) {
        double along = along(axes[axis], values, mean);
        for (int i = 0; i < mean.length; i++) {
          product[axis][i] += along * (values[i] - mean[i]);
        }
      }
    }

    normalize(product[0], axes[0]);
    makeOrthogonal(product[1], product[0]);
    normalize(product[1], axes[1]);
    makeOrthogonal(product[1], product[0]); // an old axis need not be
    normalize(product[1], axes[1]);
    return product;
  }

  private Map<Integer, double[]> projected(List<SampledImage> images, double[] mean) {
    Map<Integer, double[]> plane = new HashMap<>();
    for (SampledImage image : images) {
      plane.put(
          image.key(),
          new double[] {
            along(axes[0], image.values(), mean), along(axes[1], image.values(), mean)
          });
    }
    return plane;
  }

  /** Rotates picture and axes, with a reflection if needed, to match the last picture. */
  private void turn(Map<Integer, double[]> plane) {
    double[][] products = new double[2][2];
    plane.forEach(
        (key, now) -> {
          double[] before = last.get(key);
          for (int i = 0; before != null && i < 2; i++) {
            products[i][0] += before[i] * now[0];
            products[i][1] += before[i] * now[1];
          }
        });
    if (products[0][0] == 0 && products[1][1] == 0) {
      return; // no image is in both frames
    }

    SingularValueDecomposition decomposition =
        new SingularValueDecomposition(MatrixUtils.createRealMatrix(products));
    RealMatrix turn = decomposition.getU().multiply(decomposition.getVT());
    plane.replaceAll((key, now) -> turn.operate(now));
    axes = turn.multiply(MatrixUtils.createRealMatrix(axes)).getData();
  }

  private static double[] mean(List<SampledImage> images) {
    double[] mean = new double[images.get(0).values().length];
    for (SampledImage image : images) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += (double) image.values()[i] / images.size();
      }
    }
    return mean;
  }

  private static double[][] random(int dimension) {
    Random random = new Random(0);
    double[][] axes = new double[2][dimension];
    for (double[] axis : axes) {
      for (int i = 0; i < dimension; i++) {
        axis[i] = random.nextGaussian();
      }
      normalize(axis, axis);
    }
    return axes;
  }

  private static double along(double[] axis, float[] values, double[] mean) {
    double sum = 0;
    for (int i = 0; i < axis.length; i++) {
      sum += axis[i] * (values[i] - mean[i]);
    }
    return sum;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void makeOrthogonal(double[] vector, double[] unit) {
    double shared = dot(vector, unit);
    for (int i = 0; i < vector.length; i++) {
      vector[i] -= shared * unit[i];
    }
  }

  /** Scales a vector to length 1; a zero vector becomes the other one. */
  private static void normalize(double[] vector, double[] other) {
    double length = Math.sqrt(dot(vector, vector));
    for (int i = 0; i < vector.length; i++) {
      vector[i] = length > 1e-12 ? vector[i] / length : other[i];
    }
  }
}
