package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.KebabCase;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A way to train: one row of the tables.
 *
 * @param loss ranking loss beside the softmax cross-entropy; none for softmax alone
 * @param sampler sampler of the batches
 * @param balance how far the batches of the P×K sampler follow the traffic, as in {@code
 *     batch.balance}; empty where the settings of the experiment say so for all arms
 * @param strength weight of the ranking loss over that of the paper's code; 1 for softmax alone
 * @param steps training steps of each run
 */
public record Arm(
    RankingLoss loss, Sampler sampler, Optional<String> balance, double strength, int steps) {

  /**
   * All combinations, those of a budget of steps together; softmax alone has no ranking loss whose
   * weight could vary, and natural batches no balance.
   *
   * @param balances to compare; empty where the settings have one for all
   */
  public static List<Arm> combine(
      List<RankingLoss> losses,
      List<Sampler> samplers,
      List<String> balances,
      List<Double> strengths,
      List<Integer> budgets) {
    List<Optional<String>> ofSettings = List.of(Optional.empty());
    List<Optional<String>> compared =
        balances.isEmpty() ? ofSettings : balances.stream().map(Optional::of).toList();
    List<Arm> arms = new ArrayList<>();
    for (int steps : budgets) {
      for (Sampler sampler : samplers) {
        for (Optional<String> balance : sampler == Sampler.PK ? compared : ofSettings) {
          for (RankingLoss loss : losses) {
            for (double strength : loss == RankingLoss.NONE ? List.of(1.0) : strengths) {
              arms.add(new Arm(loss, sampler, balance, strength, steps));
            }
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
    String base =
        StepBench.lossName(loss)
            + " "
            + KebabCase.of(sampler)
            + balance.map(exponent -> " γ=" + exponent).orElse("");
    return strength == 1 ? base : String.format(Locale.ROOT, "%s λ=%s", base, text(lambda()));
  }

  /** The same with the weight of the paper's code. */
  Arm ofPaperStrength() {
    return new Arm(loss, sampler, balance, 1, steps);
  }

  private static String text(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.4f", value).replaceAll("0+$", "");
  }
}
