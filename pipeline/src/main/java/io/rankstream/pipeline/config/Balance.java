package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.BATCH_BALANCE;
import static io.rankstream.pipeline.config.JobOptions.BATCH_MAX_REPEATS;

import java.io.Serializable;

/**
 * How far the batches follow the traffic.
 *
 * @param auto whether the window finds the exponent
 * @param exponent γ, 0 (equal classes) to 1 (the traffic); 0 with {@code auto}
 * @param maxRepeats times that the images of rare classes are trained on before {@code auto} turns
 */
public record Balance(boolean auto, double exponent, double maxRepeats) implements Serializable {

  /** The word that stands for the dial. */
  static final String AUTO = "auto";

  static Balance read(SettingReader in) {
    String text = in.read(BATCH_BALANCE);
    boolean auto = text.equalsIgnoreCase(AUTO);
    return new Balance(auto, auto ? 0 : Double.parseDouble(text), in.read(BATCH_MAX_REPEATS));
  }
}
