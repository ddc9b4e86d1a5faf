package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The learning curves of a run of any length in a bounded number of points. Losses are means over
 * the steps of a point, accuracies those at its end. When there are too many points, neighbours are
 * merged and each point holds twice as many steps from then on.
 */
final class LiveCurve {

  private static final int MAX_POINTS = 400;
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

  private final List<Point> points = new ArrayList<>();
  private int stride = 1;

  void add(TrainingMetrics metrics) {
    Point point = point(metrics);
    Point last = points.isEmpty() ? null : points.get(points.size() - 1);
    if (last != null && point.step <= last.step) { // another model took the place of this one
      points.clear();
      stride = 1;
      last = null;
    }

    if (last != null && last.steps < stride) {
      last.add(point);
    } else {
      points.add(point);
    }
    if (points.size() > MAX_POINTS) {
      thin();
    }
  }

  /** One array for each curve, by name, beside {@code step}. */
  void writeTo(ObjectNode node) {
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
