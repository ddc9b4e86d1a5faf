package io.rankstream.model.loss;

import java.io.Serializable;

/**
 * Which steps mix their images, and how.
 *
 * @param alpha α, both parameters of the Beta distribution that weights are drawn from: 0.05 to 4,
 *     or 0 for no mixing; small values mostly leave an image nearly as it is
 * @param share share of the steps that mix, above 0, at most 1
 */
public record MixupConfig(double alpha, double share) implements Serializable {

  /** No step mixes. */
  public static final MixupConfig NONE = new MixupConfig(0, 0.5);

  private static final double LEAST_ALPHA = 0.05; // powers of 1/α must not become 0
  private static final double LARGEST_ALPHA = 4; // above it, drawing by rejection takes long

  public MixupConfig {
    if (alpha != 0 && !(alpha >= LEAST_ALPHA && alpha <= LARGEST_ALPHA)) {
      throw new IllegalArgumentException(
          "Invalid alpha: %s (must be %s to %s, or 0 for no mixing)"
              .formatted(alpha, LEAST_ALPHA, LARGEST_ALPHA));
    }
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "Invalid share: %s (must be above 0 and at most 1)".formatted(share));
    }
  }

  /** Whether any step mixes. */
  public boolean isOn() {
    return alpha > 0;
  }
}
