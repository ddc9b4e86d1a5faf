package io.rankstream.pipeline.tools.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.hipparchus.stat.StatUtils;

/** Two looks at embeddings: their principal plane, and who is near whom. */
public final class EmbeddingMap {

  private final List<float[]> embeddings;

  /**
   * @param embeddings one vector for each image
   */
  public EmbeddingMap(List<float[]> embeddings) {
    this.embeddings = embeddings;
  }

  /**
   * Coordinates of some images on the two principal components of these images.
   *
   * @param sample two images or more
   */
  public double[][] plane(List<Integer> sample) {
    RealMatrix rows =
        MatrixUtils.createRealMatrix(
            sample.stream().map(i -> widened(embeddings.get(i))).toArray(double[][]::new));
    for (int column = 0; column < rows.getColumnDimension(); column++) {
      double[] values = rows.getColumn(column);
      double mean = StatUtils.mean(values);
      rows.setColumn(column, Arrays.stream(values).map(value -> value - mean).toArray());
    }

    // Not by way of the covariance: it is singular where there are fewer images than dimensions.
    SingularValueDecomposition decomposition = new SingularValueDecomposition(rows);
    double[] spread = decomposition.getSingularValues();
    RealMatrix directions = decomposition.getU();
    double[][] plane = new double[sample.size()][2];
    for (int i = 0; i < plane.length; i++) {
      for (int axis = 0; axis < 2; axis++) {
        plane[i][axis] = directions.getEntry(i, axis) * spread[axis];
      }
    }

    return plane;
  }

  /** The images nearest to a query, the nearest first, without the query. */
  public List<Integer> nearest(int query, int count) {
    double[] distances =
        IntStream.range(0, embeddings.size())
            .parallel()
            .mapToDouble(other -> squaredDistance(query, other))
            .toArray();
    List<Integer> order = new ArrayList<>();
    IntStream.range(0, distances.length).filter(other -> other != query).forEach(order::add);
    order.sort(Comparator.comparingDouble(other -> distances[other]));
    return List.copyOf(order.subList(0, Math.min(count, order.size())));
  }

  private double squaredDistance(int a, int b) {
    float[] x = embeddings.get(a);
    float[] y = embeddings.get(b);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) (x[i] - y[i]) * (x[i] - y[i]);
    }

    return sum;
  }

  private static double[] widened(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
