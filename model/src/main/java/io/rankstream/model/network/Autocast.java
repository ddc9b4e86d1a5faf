package io.rankstream.model.network;

import ai.djl.Device;

/** The calling thread computes convolutions in bfloat16 until closed, on the same thread. */
final class Autocast implements AutoCloseable {

  private final AutocastSwitch bfloat16;
  private final boolean before;

  private Autocast(AutocastSwitch bfloat16) {
    this.bfloat16 = bfloat16;
    before = bfloat16.isOn();
    bfloat16.set(true);
  }

  /**
   * Turns it on.
   *
   * @param device where the thread computes
   * @throws IllegalStateException when the loaded PyTorch has no switch for it
   */
  static Autocast enter(Device device) {
    return new Autocast(AutocastSwitch.of(device));
  }

  @Override
  public void close() {
    bfloat16.set(before);
    if (!before) {
      bfloat16.clearCache();
    }
  }
}
