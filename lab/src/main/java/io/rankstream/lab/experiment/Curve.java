package io.rankstream.lab.experiment;

import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How figures of a run developed, thinned to what a plot can show.
 *
 * @param step training steps
 * @param classification softmax cross-entropy, averaged over the steps since the last point
 * @param ranking ranking loss, likewise
 * @param micro share of correct predictions in the sliding window
 * @param macro mean recall over the classes in the sliding window
 */
public record Curve(
    List<Long> step,
    List<Double> classification,
    List<Double> ranking,
    List<Double> micro,
    List<Double> macro) {

  private static final int POINTS = 100;

  static Curve of(List<TrainingMetrics> steps) {
    Curve curve =
        new Curve(
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    int stride = Math.max(1, steps.size() / POINTS);
    for (int from = 0; from < steps.size(); from += stride) {
      List<TrainingMetrics> part = steps.subList(from, Math.min(steps.size(), from + stride));
      TrainingMetrics last = part.get(part.size() - 1);
      curve.step.add(last.getStep());
      curve.classification.add(mean(part, TrainingMetrics::getClassificationLoss));
      curve.ranking.add(mean(part, TrainingMetrics::getRankingLoss));
      curve.micro.add(last.getAccuracy().getWindowMicro());
      curve.macro.add(last.getAccuracy().getWindowMacro());
    }

    return curve;
  }

  private static double mean(List<TrainingMetrics> steps, ToDoubleFunction<TrainingMetrics> value) {
    return steps.stream().mapToDouble(value).average().orElse(Double.NaN);
  }
}
