package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.KebabCase;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A way to train: one row of the tables.
 *
 * @param loss ranking loss beside the softmax cross-entropy; none for softmax alone
 * @param sampler sampler of the batches
 * @param strength weight of the ranking loss over that of the paper's code; 1 for softmax alone
 * @param steps training steps of each run
 */
public record Arm(RankingLoss loss, Sampler sampler, double strength, int steps) {

  /**
   * All combinations, those of a budget of steps together; softmax alone has no ranking loss whose
   * weight could vary.
   */
  public static List<Arm> combine(
      List<RankingLoss> losses,
      List<Sampler> samplers,
      List<Double> strengths,
      List<Integer> budgets) {
    List<Arm> arms = new ArrayList<>();
    for (int steps : budgets) {
      for (Sampler sampler : samplers) {
        for (RankingLoss loss : losses) {
          for (double strength : loss == RankingLoss.NONE ? List.of(1.0) : strengths) {
            arms.add(new Arm(loss, sampler, strength, steps));
          }
        }
      }
    }

    return arms;
  }

  /** λ, the weight of the ranking loss in the total. */
  public double lambda() {
    return loss.defaultLambda() * strength;
  }

  /** The name in tables, such as {@code triplet-hard pk}. */
  public String name() {
    String base = StepBench.lossName(loss) + " " + KebabCase.of(sampler);
    return strength == 1 ? base : String.format(Locale.ROOT, "%s λ=%s", base, text(lambda()));
  }

  private static String text(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.4f", value).replaceAll("0+$", "");
  }
}
