package io.rankstream.lab.experiment;

import io.rankstream.pipeline.config.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One way to train.
 *
 * @param method what is learnt beside the softmax
 * @param sampler how batches are put together
 * @param strength weight of the ranking loss over that of the paper's code; 1 for softmax alone
 */
public record Arm(Method method, Sampler sampler, double strength) {

  /** All combinations; softmax alone has no weight to vary. */
  public static List<Arm> combine(
      List<Method> methods, List<Sampler> samplers, List<Double> strengths) {
    List<Arm> arms = new ArrayList<>();
    for (Sampler sampler : samplers) {
      for (Method method : methods) {
        for (double strength : method == Method.SOFTMAX ? List.of(1.0) : strengths) {
          arms.add(new Arm(method, sampler, strength));
        }
      }
    }

    return arms;
  }

  /** λ, the weight of the ranking loss in the total. */
  public double lambda() {
    return method.loss().defaultLambda() * strength;
  }

  /** The name in tables, such as {@code triplet-hard pk}. */
  public String name() {
    String base = method.cliName() + " " + sampler.name().toLowerCase(Locale.ROOT);
    return strength == 1 ? base : String.format(Locale.ROOT, "%s λ=%s", base, text(lambda()));
  }

  private static String text(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.4f", value).replaceAll("0+$", "");
  }
}
