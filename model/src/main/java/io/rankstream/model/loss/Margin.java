package io.rankstream.model.loss;

import java.io.Serializable;

/**
 * Margin of a ranking loss.
 *
 * @param isSoft true for softplus instead of a hinge; the margin has no number then
 * @param value the margin in units of the distance, at least 0; 0 when soft
 */
public record Margin(boolean isSoft, double value) implements Serializable {

  public Margin {
    if (!Double.isFinite(value) || value < 0) {
      throw new IllegalArgumentException(
          "Invalid margin: %s (must be soft or a number of at least 0)".formatted(value));
    }
  }

  /** A hinge with this margin. */
  public static Margin of(double value) {
    return new Margin(false, value);
  }

  /** Softplus, {@code log(1 + exp(x))}, whose gradient is never zero. */
  public static Margin soft() {
    return new Margin(true, 0);
  }

  /**
   * Reads {@code soft} or a number.
   *
   * @throws IllegalArgumentException when the text is neither
   */
  public static Margin parse(String text) {
    if (text.equalsIgnoreCase("soft")) {
      return soft();
    }

    try {
      return of(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Invalid margin: %s (must be soft or a number of at least 0)".formatted(text), e);
    }
  }
}
