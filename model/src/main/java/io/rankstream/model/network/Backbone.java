package io.rankstream.model.network;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Networks below the two heads. */
public enum Backbone {
  /** Three 3×3 convolutions (16, 32, 64 channels) with BatchNorm; made for 28×28 images. */
  SMALL_CNN("small-cnn"),
  /** ResNet-18 with the parameter names and semantics of torchvision. */
  RESNET18("resnet18"),
  /**
   * ResNet-32 in its form for CIFAR, with shortcuts without parameters (option A); made for 32×32
   * images.
   */
  RESNET32("resnet32"),
  /** ResNet-34 with the parameter names and semantics of torchvision. */
  RESNET34("resnet34"),
  /**
   * ResNet-50 (v1.5: the stride is in the 3×3 convolution) with the parameter names and semantics
   * of torchvision.
   */
  RESNET50("resnet50"),
  /** DenseNet-121 with the parameter names and semantics of torchvision. */
  DENSENET121("densenet121"),
  /** DenseNet-161 with the parameter names and semantics of torchvision. */
  DENSENET161("densenet161"),
  /** Inception-v4 with the parameter names and semantics of timm; made for 299×299 images. */
  INCEPTION_V4("inception-v4"),
  /** MobileNetV2 with the parameter names and semantics of torchvision. */
  MOBILENET_V2("mobilenet-v2");

  private final String id;

  Backbone(String id) {
    this.id = id;
  }

  /**
   * The backbone of a name in a file.
   *
   * @throws IllegalArgumentException when this release has none of this name
   */
  static Backbone of(String id) {
    return Arrays.stream(values())
        .filter(backbone -> backbone.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid backbone: %s (must be one of %s)"
                        .formatted(
                            id,
                            Arrays.stream(values())
                                .map(Backbone::id)
                                .collect(Collectors.joining(", ")))));
  }

  /** The name in files and snapshots, which no release may change, and in settings. */
  public String id() {
    return id;
  }

  /** The input that its published weights were trained on, or that it was made for. */
  public InputSpec usualInput() {
    return switch (this) {
      case SMALL_CNN -> new InputSpec(1, 28, 28, Normalization.HALF_RANGE);
      case RESNET32 -> new InputSpec(3, 32, 32, Normalization.HALF_RANGE);
      case INCEPTION_V4 -> new InputSpec(3, 299, 299, Normalization.HALF_RANGE);
      case RESNET18, RESNET34, RESNET50, DENSENET121, DENSENET161, MOBILENET_V2 ->
          new InputSpec(3, 224, 224, Normalization.IMAGENET);
    };
  }
}
