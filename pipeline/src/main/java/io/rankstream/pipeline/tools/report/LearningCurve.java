package io.rankstream.pipeline.tools.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The learning curves of a run of any length in a bounded number of points. A point has means over
 * its steps, and the accuracies, time and images at its last step. When there are too many points,
 * neighbours are merged and each further point takes twice as many steps. Not thread-safe.
 */
public final class LearningCurve {

  /** Figures of a step of which a point has the mean; a value that is not finite does not count. */
  private record Mean(String name, ToDoubleFunction<TrainingMetrics> value) {}

  private static final List<Mean> MEANS =
      List.of(
          new Mean("loss", TrainingMetrics::getLoss),
          new Mean("classification", TrainingMetrics::getClassificationLoss),
          new Mean("ranking", TrainingMetrics::getRankingLoss),
          new Mean("learningRate", TrainingMetrics::getLearningRate),
          new Mean("gradientNorm", TrainingMetrics::getGradientNorm),
          new Mean("active", step -> (double) step.getActiveTriplets() / step.getTriplets()),
          new Mean(
              "replayed", step -> 1 - (double) step.getFreshImages() / step.getImagesInBatch()));

  private static final Map<String, Function<PrequentialFigures, Double>> ACCURACIES =
      new TreeMap<>(
          Map.of(
              "micro", PrequentialFigures::getMicro,
              "macro", PrequentialFigures::getMacro,
              "windowMicro", PrequentialFigures::getWindowMicro,
              "windowMacro", PrequentialFigures::getWindowMacro,
              "head", PrequentialFigures::getHeadRecall,
              "tail", PrequentialFigures::getTailRecall));

  private static final class Point {
    private long step;
    private long millis;
    private long images;
    private int steps = 1;
    private final double[] sums = new double[MEANS.size()];
    private final int[] counts = new int[MEANS.size()];
    private PrequentialFigures accuracy;

    private Point(TrainingMetrics metrics, long images) {
      step = metrics.getStep();
      millis = metrics.getProcessedAt().toEpochMilli();
      accuracy = metrics.getAccuracy();
      this.images = images;
      for (int i = 0; i < sums.length; i++) {
        double value = MEANS.get(i).value().applyAsDouble(metrics);
        if (Double.isFinite(value)) {
          sums[i] = value;
          counts[i] = 1;
        }
      }
    }

    private void add(Point later) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += later.sums[i];
        counts[i] += later.counts[i];
      }
      steps += later.steps;
      step = later.step;
      millis = later.millis;
      images = later.images;
      accuracy = later.accuracy;
    }

    private Double mean(int i) {
      return counts[i] == 0 ? null : sums[i] / counts[i];
    }
  }

  private final int maxPoints;
  private final List<Point> points = new ArrayList<>();
  private int stride = 1;
  private long images;

  /**
   * @param maxPoints number of points that is not exceeded; long runs have at least half of it
   */
  public LearningCurve(int maxPoints) {
    this.maxPoints = maxPoints;
  }

  /** Adds a step; one that does not follow the last belongs to another model and starts anew. */
  public void add(TrainingMetrics metrics) {
    Point last = points.isEmpty() ? null : points.get(points.size() - 1);
    if (last != null && metrics.getStep() <= last.step) {
      points.clear();
      stride = 1;
      images = 0;
      last = null;
    }

    images += metrics.getFreshImages();
    Point point = new Point(metrics, images);
    if (last != null && last.steps < stride) {
      last.add(point);
    } else {
      points.add(point);
    }
    if (points.size() > maxPoints) {
      thin();
    }
  }

  /**
   * Adds an array for each curve, all of the same length: step, millis (time in milliseconds since
   * 1970), images (fresh images since the first step), loss, classification, ranking, learningRate,
   * gradientNorm, active (share of the triplets with a loss), replayed (share of the batch), micro,
   * macro, windowMicro, windowMacro, head and tail. Null stands for a figure that a point lacks.
   */
  public void writeTo(ObjectNode node) {
    for (Point point : points) {
      node.withArray("step").add(point.step);
      node.withArray("millis").add(point.millis);
      node.withArray("images").add(point.images);
    }
    for (int i = 0; i < MEANS.size(); i++) {
      for (Point point : points) {
        node.withArray(MEANS.get(i).name()).add(point.mean(i));
      }
    }
    ACCURACIES.forEach(
        (name, value) ->
            points.forEach(point -> node.withArray(name).add(value.apply(point.accuracy))));
  }

  private void thin() {
    List<Point> merged = new ArrayList<>();
    for (int i = 0; i + 1 < points.size(); i += 2) {
      points.get(i).add(points.get(i + 1));
      merged.add(points.get(i));
    }
    if (points.size() % 2 == 1) {
      merged.add(points.get(points.size() - 1));
    }
    points.clear();
    points.addAll(merged);
    stride *= 2;
  }
}
