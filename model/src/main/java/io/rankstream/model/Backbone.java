package io.rankstream.model;

import java.util.Locale;

/** Networks that can stand below the two heads. */
public enum Backbone {
  /** Three 3×3 convolutions (16, 32, 64 channels) with BatchNorm; made for 28×28 images. */
  SMALL_CNN,
  /** ResNet-18 with the parameter names and semantics of torchvision. */
  RESNET18,
  /**
   * ResNet-50 (v1.5: the stride is in the 3×3 convolution) with the parameter names and semantics
   * of torchvision.
   */
  RESNET50;

  /** The name in configurations: {@code small-cnn}, {@code resnet18}, {@code resnet50}. */
  public String cliName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
