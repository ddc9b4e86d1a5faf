package io.rankstream.model.network;

import java.util.Arrays;
import java.util.Random;

/** Fills an array with its initial values. */
@FunctionalInterface
public interface Initializer {

  /** Sets all values. */
  void fill(float[] target, Random random);

  static Initializer constant(float value) {
    return (target, random) -> Arrays.fill(target, value);
  }

  static Initializer uniform(double bound) {
    return (target, random) -> {
      for (int i = 0; i < target.length; i++) {
        target[i] = (float) ((2 * random.nextDouble() - 1) * bound);
      }
    };
  }

  static Initializer normal(double deviation) {
    return (target, random) -> {
      for (int i = 0; i < target.length; i++) {
        target[i] = (float) (random.nextGaussian() * deviation);
      }
    };
  }

  /** Xavier uniform (Glorot and Bengio 2010). */
  static Initializer xavier(long inputs, long outputs) {
    return uniform(Math.sqrt(6.0 / (double) (inputs + outputs)));
  }

  /** PyTorch's default for linear and convolution layers: uniform within {@code 1/√fan-in}. */
  static Initializer torchDefault(long fanIn) {
    return uniform(1 / Math.sqrt((double) fanIn));
  }

  /**
   * Kaiming normal (He et al. 2015).
   *
   * @param fan fan-out for torchvision's ResNet and MobileNetV2, fan-in for its DenseNet
   */
  static Initializer kaimingNormal(long fan) {
    return normal(Math.sqrt(2.0 / (double) fan));
  }
}
