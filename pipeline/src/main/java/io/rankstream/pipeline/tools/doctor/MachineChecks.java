package io.rankstream.pipeline.tools.doctor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.Devices;
import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.NativeDecoderMissingException;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Precisions;
import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** Checks that this machine has what a job needs. */
public final class MachineChecks {

  private static final int OLDEST_JAVA = 17;
  private static final long LITTLE_SPACE = 1L << 30;
  private static final long ENOUGH_SPACE = 5L << 30;

  private MachineChecks() {}

  /**
   * Checks Java, Flink, PyTorch, the device, the precision, the image decoder and the disks.
   *
   * @param config configuration with the device and the precision
   * @param checkpoints URI of the directory of the checkpoints
   */
  public static List<Finding> all(JobConfig config, String checkpoints) {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(Finding.ok("flink", "version " + EnvironmentInformation.getVersion()));
    Finding pyTorch = pyTorch();
    findings.add(pyTorch);
    if (!pyTorch.isProblem()) {
      Finding device = device(config.device());
      findings.add(device);
      if (!device.isProblem()) {
        findings.add(precision(config.model().precisions(), config.device()));
      }
    }
    findings.add(decoder());
    findings.add(disk("temporary", Path.of(System.getProperty("java.io.tmpdir"))));
    findings.add(checkpoints(checkpoints));
    return findings;
  }

  private static Finding java() {
    int version = Runtime.version().feature();
    String memory =
        "version %s, up to %,d MB of heap"
            .formatted(Runtime.version(), Runtime.getRuntime().maxMemory() >> 20);
    return version >= OLDEST_JAVA
        ? Finding.ok("java", memory)
        : Finding.problem("java", memory + ": set JAVA_HOME to a JDK 17 or newer");
  }

  private static Finding pyTorch() {
    try {
      Engine engine = Engine.getEngine(Devices.ENGINE);
      float sum = sum(Device.cpu());
      return sum == 10
          ? Finding.ok("pytorch", "version %s computes".formatted(engine.getVersion()))
          : Finding.problem(
              "pytorch",
              "1 + 2 + 3 + 4 gave %s: the native libraries do not fit this machine, install those for it"
                  .formatted(sum));
    } catch (RuntimeException | LinkageError e) { // natives that do not load are errors
      return Finding.problem(
          "pytorch",
          "The natives do not load (%s): install those for this system, and make the cache directory of DJL (DJL_CACHE_DIR) writable"
              .formatted(e.getMessage()));
    }
  }

  private static Finding decoder() {
    try {
      new ImageDecoder(new InputSpec(1, 1, 1, Normalization.HALF_RANGE), DecodeLimits.defaults());
      return Finding.ok("decoder", "the image decoder loads");
    } catch (NativeDecoderMissingException e) {
      return Finding.problem("decoder", e.getMessage());
    }
  }

  private static Finding device(String name) {
    try {
      Device device = Devices.select(name);
      return sum(device) == 10
          ? Finding.ok("device", "%s is %s".formatted(name, device))
          : Finding.problem(
              "device",
              "%s computes wrong results: check its driver, or set model.device to cpu"
                  .formatted(device));
    } catch (RuntimeException | LinkageError e) {
      return Finding.problem("device", e.getMessage());
    }
  }

  private static Finding precision(Precisions chosen, String name) {
    Device device;
    try {
      device = Devices.select(name);
      chosen.requireOn(device);
    } catch (IllegalStateException e) {
      return Finding.problem("precision", e.getMessage());
    }

    return Finding.ok(
        "precision",
        "%s for steps, %s for predictions and embeddings; %s"
            .formatted(
                chosen.step().id(),
                chosen.served().id(),
                Precisions.missing(device)
                    .map("no fast bfloat16 here, since %s"::formatted)
                    .orElse(
                        "%s has instructions for bfloat16: auto takes it where it is faster"
                            .formatted(device.isGpu() ? device : "this processor"))));
  }

  private static float sum(Device device) {
    try (NDManager manager = NDManager.newBaseManager(device, Devices.ENGINE);
        NDArray numbers = manager.create(new float[] {1, 2, 3, 4});
        NDArray sum = numbers.sum()) {
      return sum.getFloat();
    }
  }

  private static Finding checkpoints(String address) {
    URI uri;
    try {
      uri = URI.create(address);
    } catch (IllegalArgumentException e) {
      return Finding.problem(
          "checkpoints",
          address
              + " is not a URI: write it as file:///path or with the scheme of another file system");
    }
    boolean isHere = uri.getScheme() == null || uri.getScheme().equals("file");
    return isHere
        ? disk("checkpoints", Path.of(uri.getPath()))
        : Finding.ok("checkpoints", address + " is not on this machine and was not checked");
  }

  private static Finding disk(String check, Path directory) {
    Path present = directory.toAbsolutePath();
    while (!Files.exists(present) && present.getParent() != null) {
      present = present.getParent(); // the first run creates it
    }
    if (!Files.isDirectory(present) || !Files.isWritable(present)) {
      return Finding.problem(
          check,
          "%s is not writable: give this user the right to write, or choose another directory"
              .formatted(present));
    }

    try {
      long space = Files.getFileStore(present).getUsableSpace();
      String seen = "%s has %,d MB free".formatted(directory, space >> 20);
      if (space < LITTLE_SPACE) {
        return Finding.problem(check, seen + ": free some space, or choose another directory");
      }
      return space < ENOUGH_SPACE
          ? Finding.warning(check, seen + ", which may not be enough: plan for 5 GB or more")
          : Finding.ok(check, seen);
    } catch (IOException e) {
      return Finding.warning(
          check, "The free space of %s cannot be read: %s".formatted(directory, e.getMessage()));
    }
  }
}
