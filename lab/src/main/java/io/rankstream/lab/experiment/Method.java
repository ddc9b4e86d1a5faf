package io.rankstream.lab.experiment;

import io.rankstream.model.loss.RankingLoss;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is learnt beside the softmax. */
public enum Method {
  SOFTMAX(RankingLoss.NONE),
  CENTER(RankingLoss.CENTER),
  TRIPLET_SEMIHARD(RankingLoss.TRIPLET_SEMI_HARD),
  TRIPLET_HARD(RankingLoss.TRIPLET_HARD),
  TRIPLET_ALL(RankingLoss.TRIPLET_ALL),
  TRIPLET_CENTER(RankingLoss.TRIPLET_CENTER),
  MAGNET(RankingLoss.MAGNET);

  private final RankingLoss loss;

  Method(RankingLoss loss) {
    this.loss = loss;
  }

  /** The loss on the embedding head. */
  public RankingLoss loss() {
    return loss;
  }

  /** The name on the command line and in tables. */
  public String cliName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Reads a name of the command line.
   *
   * @throws IllegalArgumentException naming what is accepted
   */
  public static Method parse(String text) {
    return Arrays.stream(values())
        .filter(method -> method.cliName().equalsIgnoreCase(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid method: %s (must be one of %s)"
                        .formatted(
                            text,
                            Arrays.stream(values())
                                .map(Method::cliName)
                                .collect(Collectors.joining(", ")))));
  }
}
