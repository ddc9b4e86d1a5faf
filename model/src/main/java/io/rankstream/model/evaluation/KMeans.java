package io.rankstream.model.evaluation;

import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.hipparchus.clustering.CentroidCluster;
import org.hipparchus.clustering.Clusterable;
import org.hipparchus.clustering.KMeansPlusPlusClusterer;
import org.hipparchus.clustering.distance.EuclideanDistance;
import org.hipparchus.random.Well19937c;

/**
 * Partitions vectors with k-means++: the best of several starts by inertia, the sum of squared
 * distances to the nearest centre.
 */
final class KMeans {

  private static final int MAX_ITERATIONS = 100;

  private final int clusters;
  private final int starts;
  private final long seed;

  /**
   * @param clusters k, at least 1
   * @param starts runs, of which the best is taken, at least 1
   * @param seed the same seed gives the same partition
   */
  KMeans(int clusters, int starts, long seed) {
    if (clusters < 1 || starts < 1) {
      throw new IllegalArgumentException(
          "Invalid k-means: %d clusters, %d starts (both must be at least 1)"
              .formatted(clusters, starts));
    }

    this.clusters = clusters;
    this.starts = starts;
    this.seed = seed;
  }

  /**
   * A partition of the points.
   *
   * @param assignments the cluster of each point, from 0
   * @param inertia sum of squared distances to the centres
   */
  @SuppressWarnings("ArrayRecordComponent") // results are not compared as a whole
  record Partition(int[] assignments, double inertia) {}

  /**
   * Partitions points. Where there are fewer different points than clusters, each different point
   * is a cluster.
   *
   * @param points vectors of one length
   */
  Partition of(List<float[]> points) {
    List<Point> all = points.stream().map(Point::of).toList();
    int k = Math.min(clusters, distinct(points));
    return IntStream.range(0, starts)
        .parallel()
        .mapToObj(start -> partition(all, k, start))
        .min(Comparator.comparingDouble(Partition::inertia))
        .orElseThrow();
  }

  private Partition partition(List<Point> points, int k, int start) {
    List<CentroidCluster<Point>> found =
        new KMeansPlusPlusClusterer<Point>(
                k, MAX_ITERATIONS, new EuclideanDistance(), new Well19937c(seed + start))
            .cluster(points);
    IdentityHashMap<Point, Integer> clusterOf = new IdentityHashMap<>();
    double inertia = 0;
    for (int c = 0; c < found.size(); c++) {
      double[] center = found.get(c).getCenter().getPoint();
      for (Point point : found.get(c).getPoints()) {
        clusterOf.put(point, c);
        for (int i = 0; i < center.length; i++) {
          double difference = point.values[i] - center[i];
          inertia += difference * difference;
        }
      }
    }

    return new Partition(points.stream().mapToInt(clusterOf::get).toArray(), inertia);
  }

  private static int distinct(List<float[]> points) {
    Set<List<Float>> seen = new HashSet<>();
    for (float[] point : points) {
      seen.add(IntStream.range(0, point.length).mapToObj(i -> point[i]).toList());
    }

    return seen.size();
  }

  /** A vector; two equal ones are different points. */
  private static final class Point implements Clusterable {

    private final double[] values;

    private Point(double[] values) {
      this.values = values;
    }

    static Point of(float[] vector) {
      return new Point(IntStream.range(0, vector.length).mapToDouble(i -> vector[i]).toArray());
    }

    @Override
    public double[] getPoint() {
      return values;
    }
  }
}
