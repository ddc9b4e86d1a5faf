package io.rankstream.model;

import io.rankstream.model.text.Printable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Comparison of a file of weights with a model.
 *
 * @param source name of the file
 * @param loaded arrays that the model takes from the file
 * @param missingBackbone arrays of the backbone that the file lacks
 * @param missingHeads arrays of the two heads that the file lacks or holds for other classes: they
 *     start with random values
 * @param otherShape arrays of the backbone with another shape in the file, with both shapes
 * @param unexpected arrays of the file that the model does not use
 */
public record WeightsReport(
    String source,
    List<String> loaded,
    List<String> missingBackbone,
    List<String> missingHeads,
    List<String> otherShape,
    List<String> unexpected) {

  private static final int NAMED = 8;

  /** Whether the whole backbone comes from the file. */
  public boolean isUsable() {
    return missingBackbone.isEmpty() && otherShape.isEmpty();
  }

  /**
   * Refuses a file that does not hold the backbone.
   *
   * @throws IllegalArgumentException with this report
   */
  public void throwIfUnusable() {
    if (!isUsable()) {
      throw new IllegalArgumentException(
          "The file does not hold the backbone. %s%nUse weights of the configured backbone with the names of torchvision or timm, or set another backbone or input."
              .formatted(this));
    }
  }

  /** The report as text. */
  @Override
  public String toString() {
    return "Weights from %s: %d arrays loaded%s%s%s%s"
        .formatted(
            source,
            loaded.size(),
            part("missing in the file", missingBackbone),
            part("of another shape", otherShape),
            part("heads that start fresh", missingHeads),
            part("not used", unexpected));
  }

  private static String part(String what, List<String> names) {
    if (names.isEmpty()) {
      return "";
    }

    String listed =
        names.stream().limit(NAMED).map(Printable::line).collect(Collectors.joining(", "));
    String rest = names.size() > NAMED ? ", and %d more".formatted(names.size() - NAMED) : "";
    return "%n  %d %s: %s%s".formatted(names.size(), what, listed, rest);
  }
}
