package io.rankstream.pipeline.tools.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The learning curves of a run of any length in a bounded number of points. A point has the mean
 * losses over its steps and the accuracies at its last step. When there are too many points,
 * neighbours are merged and each further point takes twice as many steps. Not thread-safe.
 */
public final class LearningCurve {

  private static final List<String> LOSSES = List.of("loss", "classification", "ranking");
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
    private int steps;
    private final double[] losses = new double[LOSSES.size()];
    private PrequentialFigures accuracy;

    private void add(Point later) {
      for (int i = 0; i < losses.length; i++) {
        losses[i] = (losses[i] * steps + later.losses[i] * later.steps) / (steps + later.steps);
      }
      steps += later.steps;
      step = later.step;
      accuracy = later.accuracy;
    }
  }

  private final int maxPoints;
  private final List<Point> points = new ArrayList<>();
  private int stride = 1;

  /**
   * @param maxPoints number of points that is not exceeded; long runs have at least half of it
   */
  public LearningCurve(int maxPoints) {
    this.maxPoints = maxPoints;
  }

  /** Adds a step; one that does not follow the last belongs to another model and starts anew. */
  public void add(TrainingMetrics metrics) {
    Point point = point(metrics);
    Point last = points.isEmpty() ? null : points.get(points.size() - 1);
    if (last != null && point.step <= last.step) {
      points.clear();
      stride = 1;
      last = null;
    }

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
   * Adds an array for each curve, all of the same length: step, loss, classification, ranking,
   * micro, macro, windowMicro, windowMacro, head and tail.
   */
  public void writeTo(ObjectNode node) {
    points.forEach(point -> node.withArray("step").add(point.step));
    for (int i = 0; i < LOSSES.size(); i++) {
      for (Point point : points) {
        node.withArray(LOSSES.get(i)).add(point.losses[i]);
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

  private static Point point(TrainingMetrics metrics) {
    Point point = new Point();
    point.step = metrics.getStep();
    point.steps = 1;
    point.losses[0] = metrics.getLoss();
    point.losses[1] = metrics.getClassificationLoss();
    point.losses[2] = metrics.getRankingLoss();
    point.accuracy = metrics.getAccuracy();
    return point;
  }
}
