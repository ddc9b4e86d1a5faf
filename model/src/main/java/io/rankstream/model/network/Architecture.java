package io.rankstream.model.network;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network with its heads. Weights of one model fit another only when both have the same
 * architecture.
 *
 * @param backbone network below the heads
 * @param input images that the network takes
 * @param embeddingDimension values in an embedding, at least 2
 * @param maxClasses capacity of the softmax head, at least 2
 */
public record Architecture(
    Backbone backbone, InputSpec input, int embeddingDimension, int maxClasses)
    implements Serializable {

  private static final Pattern ID =
      Pattern.compile("(.+)-(\\d+)x(\\d+)x(\\d+)-([a-z-]+)-d(\\d+)-c(\\d+)");

  public Architecture {
    if (embeddingDimension < 2) {
      throw new IllegalArgumentException(
          "Invalid embeddingDimension: %d (must be at least 2)".formatted(embeddingDimension));
    }
    if (maxClasses < 2) {
      throw new IllegalArgumentException(
          "Invalid maxClasses: %d (must be at least 2)".formatted(maxClasses));
    }
  }

  /** The name of the architecture, such as {@code resnet18-3x64x64-imagenet-d256-c1000}. */
  public String id() {
    return "%s-%sx%sx%s-%s-d%s-c%s"
        .formatted(
            backbone.id(),
            input.channels(),
            input.height(),
            input.width(),
            input.normalization().id(),
            embeddingDimension,
            maxClasses);
  }

  /**
   * The architecture of a name that {@link #id} made.
   *
   * @throws IllegalArgumentException when it is not such a name, or this release does not know its
   *     backbone or normalization
   */
  public static Architecture parse(String id) {
    Matcher parts = ID.matcher(id);
    if (!parts.matches()) {
      throw new IllegalArgumentException("Not an architecture: %s".formatted(id));
    }

    InputSpec input =
        new InputSpec(
            Integer.parseInt(parts.group(2)),
            Integer.parseInt(parts.group(3)),
            Integer.parseInt(parts.group(4)),
            Normalization.of(parts.group(5)));
    return new Architecture(
        Backbone.of(parts.group(1)),
        input,
        Integer.parseInt(parts.group(6)),
        Integer.parseInt(parts.group(7)));
  }

  public Architecture withEmbeddingDimension(int dimension) {
    return new Architecture(backbone, input, dimension, maxClasses);
  }

  public Architecture withMaxClasses(int classes) {
    return new Architecture(backbone, input, embeddingDimension, classes);
  }
}
