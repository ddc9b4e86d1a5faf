package io.rankstream.model.network;

import ai.djl.Device;

/** Numbers that a backbone computes with. Weights, heads, losses and gradients are float32. */
public enum Precision {
  /** 32 bits. */
  FLOAT32("float32"),
  /**
   * Convolutions in bfloat16: the range of float32 with 8 significant bits in place of 24. On a CPU
   * only; fast where the processor has instructions for it.
   */
  BFLOAT16("bfloat16"),
  /** The faster of both on the machine that starts the job, decided before a model computes. */
  AUTO("auto");

  private final String id;

  Precision(String id) {
    this.id = id;
  }

  /** The name in files and snapshots, which no release may change, and in settings. */
  public String id() {
    return id;
  }

  /**
   * Checks that backbones can compute with these numbers.
   *
   * @param device device of the model
   * @throws IllegalStateException when the device is a GPU, or the loaded PyTorch has no switch for
   *     it
   */
  public void requireOn(Device device) {
    if (this != BFLOAT16) {
      return;
    }

    if (device.isGpu()) {
      throw new IllegalStateException(
          "Invalid precision: bfloat16 on %s (it is for the CPU; set model.precision and model.served-precision to float32, or model.device to cpu)"
              .formatted(device));
    }
    AutocastSwitch.find();
  }
}
