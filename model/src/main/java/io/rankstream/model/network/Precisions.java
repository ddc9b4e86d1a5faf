package io.rankstream.model.network;

import ai.djl.Device;
import java.io.Serializable;
import java.util.Optional;

/**
 * Numbers that the backbone of a model computes with.
 *
 * @param step in the forward and the backward pass of a training step
 * @param served in passes of their own for predictions and embeddings
 */
public record Precisions(Precision step, Precision served) implements Serializable {

  /** Everything in float32. */
  public static Precisions float32() {
    return new Precisions(Precision.FLOAT32, Precision.FLOAT32);
  }

  /**
   * Checks that a model can compute so.
   *
   * @throws IllegalStateException as {@link Precision#requireOn}
   */
  public void requireOn(Device device) {
    step.requireOn(device);
    served.requireOn(device);
  }

  /** Whether none is left open. */
  public boolean areDecided() {
    return step != Precision.AUTO && served != Precision.AUTO;
  }

  /** The same with others in the place of those that are left open. */
  public Precisions decided(Precision otherStep, Precision otherServed) {
    return new Precisions(
        step == Precision.AUTO ? otherStep : step, served == Precision.AUTO ? otherServed : served);
  }

  /** Why bfloat16 cannot be fast on a device of this machine; empty where it may be. */
  public static Optional<String> missing(Device device) {
    if (!device.isGpu() && Bfloat16Processor.instructions().isEmpty()) {
      return Optional.of("no instructions of the processor for it were found");
    }
    try {
      Precision.BFLOAT16.requireOn(device);
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** What bfloat16 finds in this process and this machine, for people. */
  public static String report(Device device) {
    return "bfloat16: %s. %s".formatted(AutocastSwitch.of(device), hardware(device));
  }

  private static String hardware(Device device) {
    if (device.isGpu()) {
      return "%s has it".formatted(device);
    }

    return Bfloat16Processor.instructions()
        .map("The processor has instructions for it: %s"::formatted)
        .orElse(
            "No instructions of the processor for it were found: it may be slower than float32; compare them with ./rankstream bench step --model.precision bfloat16");
  }
}
