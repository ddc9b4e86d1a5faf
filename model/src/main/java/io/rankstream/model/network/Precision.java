package io.rankstream.model.network;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;

/** Numbers that a backbone computes with. Weights, heads, losses and gradients are float32. */
public enum Precision {
  /** 32 bits. */
  FLOAT32("float32"),
  /**
   * Convolutions in bfloat16: the range of float32 with 8 significant bits in place of 24. Fast
   * where the processor has instructions for it; on a GPU from compute capability 8.0 on.
   */
  BFLOAT16("bfloat16"),
  /** The faster of both on the machine that starts the job, decided before a model computes. */
  AUTO("auto");

  private static final int BFLOAT16_CAPABILITY = 80;

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
   * @throws IllegalStateException when the device is a GPU without bfloat16, or the loaded PyTorch
   *     has no switch for it
   */
  public void requireOn(Device device) {
    if (this != BFLOAT16) {
      return;
    }

    if (device.isGpu()) {
      requireCapability(device, CudaUtils.getComputeCapability(device.getDeviceId()));
    }
    AutocastSwitch.of(device);
  }

  /**
   * Checks the generation of a GPU.
   *
   * @param capability compute capability without its point, as 75 or 90
   */
  static void requireCapability(Device gpu, String capability) {
    if (Integer.parseInt(capability) < BFLOAT16_CAPABILITY) {
      throw new IllegalStateException(
          "Invalid precision: bfloat16 on %s (its compute capability is %s, and bfloat16 needs 80, an Ampere, or more; set model.precision and model.served-precision to float32, or model.device to cpu)"
              .formatted(gpu, capability));
    }
  }
}
