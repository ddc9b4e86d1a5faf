package io.rankstream.model.evaluation;

import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The rotation, with or without a reflection, that brings the embeddings of one version nearest to
 * those of another: the solution of the orthogonal Procrustes problem, in double precision. It
 * keeps all distances, so an index that is mapped ranks its own images as before.
 *
 * <p>Embeddings of few classes span few directions, so the problem often has many solutions. A
 * small multiple of the identity is added to it: in the directions of which the embeddings say
 * nothing, the map turns as little as it can.
 *
 * @see <a href="https://doi.org/10.1007/BF02289451">Schönemann 1966, A generalized solution of the
 *     orthogonal Procrustes problem</a>
 */
public final class OrthogonalMap {

  /** Share of the products' norm: far below what embeddings say, far above rounding. */
  private static final double RIDGE = 1e-9;

  private final double[][] matrix;

  private OrthogonalMap(double[][] matrix) {
    this.matrix = matrix;
  }

  /**
   * Fits the map that takes each source nearest to its target, in the sum of squared distances.
   *
   * @param sources one vector for each image, all of one length, at least one
   * @param targets vectors of the same images
   * @throws IllegalArgumentException when the vectors do not match or hold a value that is not
   *     finite
   */
  public static OrthogonalMap fit(List<float[]> sources, List<float[]> targets) {
    VectorPairs.require(sources, targets, 1);
    if (2 * sources.size() < sources.get(0).length) {
      return fitInSpan(rows(sources), rows(targets));
    }

    return new OrthogonalMap(nearestOrthogonal(products(sources, targets)));
  }

  /**
   * Fits the map in the space that the vectors span. In the directions beside it there is nothing
   * but the multiple of the identity, so the map of the whole space is the identity there. The time
   * of the decomposition grows with the cube of the number of directions.
   */
  private static OrthogonalMap fitInSpan(RealMatrix sources, RealMatrix targets) {
    int images = sources.getRowDimension();
    int dimension = sources.getColumnDimension();
    RealMatrix all = MatrixUtils.createRealMatrix(dimension, 2 * images);
    all.setSubMatrix(sources.transpose().getData(), 0, 0);
    all.setSubMatrix(targets.transpose().getData(), 0, images);
    RealMatrix span =
        new QRDecomposition(all).getQ().getSubMatrix(0, dimension - 1, 0, 2 * images - 1);
    RealMatrix products = sources.multiply(span).transposeMultiply(targets.multiply(span));
    RealMatrix turn =
        MatrixUtils.createRealMatrix(nearestOrthogonal(products.getData()))
            .subtract(MatrixUtils.createRealIdentityMatrix(2 * images));
    return new OrthogonalMap(
        MatrixUtils.createRealIdentityMatrix(dimension)
            .add(span.multiply(turn).multiplyTransposed(span))
            .getData());
  }

  /** The sum of the outer products of each source with its target. */
  private static double[][] products(List<float[]> sources, List<float[]> targets) {
    int dimension = sources.get(0).length;
    double[][] products = new double[dimension][dimension];
    for (int image = 0; image < sources.size(); image++) {
      float[] source = sources.get(image);
      float[] target = targets.get(image);
      for (int row = 0; row < dimension; row++) {
        for (int column = 0; column < dimension; column++) {
          products[row][column] += (double) source[row] * target[column];
        }
      }
    }

    return products;
  }

  private static RealMatrix rows(List<float[]> vectors) {
    double[][] rows = new double[vectors.size()][vectors.get(0).length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = vectors.get(i)[j];
      }
    }

    return MatrixUtils.createRealMatrix(rows);
  }

  /** Values in a vector: the map is a square matrix of as many rows. */
  public int dimension() {
    return matrix.length;
  }

  /** A row of the matrix: where the map takes the direction with its number. */
  public float[] row(int number) {
    return floats(matrix[number]);
  }

  /** The target's estimate for a source: the row vector times the matrix. */
  public float[] apply(float[] source) {
    double[] sums = new double[matrix.length];
    for (int row = 0; row < sums.length; row++) {
      for (int column = 0; column < sums.length; column++) {
        sums[column] += source[row] * matrix[row][column];
      }
    }

    return floats(sums);
  }

  /**
   * What the map leaves over: the root of the sum of squared distances between mapped sources and
   * targets, over that of the targets' squared norms. 0 is a perfect map; unrelated vectors of unit
   * length have about √2.
   */
  public double residual(List<float[]> sources, List<float[]> targets) {
    VectorPairs.require(sources, targets, 1);
    double left = 0;
    double whole = 0;
    for (int image = 0; image < sources.size(); image++) {
      float[] target = targets.get(image);
      left += VectorPairs.squaredDistance(apply(sources.get(image)), target);
      whole += VectorPairs.dot(target, target);
    }

    return left == 0 ? 0 : Math.sqrt(left / whole);
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  private static double[][] nearestOrthogonal(double[][] products) {
    RealMatrix matrix = MatrixUtils.createRealMatrix(products);
    RealMatrix identity = MatrixUtils.createRealIdentityMatrix(products.length);
    double norm = matrix.getFrobeniusNorm();
    if (norm == 0) { // all vectors of one version are zero
      return identity.getData();
    }

    SingularValueDecomposition parts =
        new SingularValueDecomposition(matrix.add(identity.scalarMultiply(RIDGE * norm)));
    return parts.getU().multiply(parts.getVT()).getData();
  }
}
