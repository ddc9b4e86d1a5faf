package io.rankstream.pipeline.tools.doctor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.Devices;
import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** What a job asks of the machine that it would run on, here. */
public final class MachineChecks {

  private static final int OLDEST_JAVA = 17;
  private static final long LITTLE_SPACE = 1L << 30;
  private static final long ENOUGH_SPACE = 5L << 30;

  private MachineChecks() {}

  /**
   * Java, Flink, PyTorch, the device and the disks.
   *
   * @param config which device
   * @param checkpoints URI of the directory of the checkpoints
   */
  public static List<Finding> all(JobConfig config, String checkpoints) {
    List<Finding> findings = new ArrayList<>();
    findings.add(java());
    findings.add(Finding.ok("flink", "version " + EnvironmentInformation.getVersion()));
    Finding pyTorch = pyTorch();
    findings.add(pyTorch);
    if (!pyTorch.isProblem()) {
      findings.add(device(config.device()));
    }
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
              "pytorch", "1 + 2 + 3 + 4 came out as %s: the natives do not fit".formatted(sum));
    } catch (RuntimeException | LinkageError e) { // natives that do not load are errors
      return Finding.problem(
          "pytorch",
          "The natives do not load (%s): take those for this system, and see that the cache directory of DJL (DJL_CACHE_DIR) may be written"
              .formatted(e.getMessage()));
    }
  }

  private static Finding device(String name) {
    try {
      Device device = Devices.select(name);
      return sum(device) == 10
          ? Finding.ok("device", "%s is %s".formatted(name, device))
          : Finding.problem("device", "%s computes wrongly".formatted(device));
    } catch (RuntimeException | LinkageError e) {
      return Finding.problem("device", e.getMessage());
    }
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
      return Finding.problem("checkpoints", address + " is no URI");
    }
    boolean isHere = uri.getScheme() == null || uri.getScheme().equals("file");
    return isHere
        ? disk("checkpoints", Path.of(uri.getPath()))
        : Finding.ok("checkpoints", address + " is not on this machine and was not looked at");
  }

  private static Finding disk(String check, Path directory) {
    Path present = directory.toAbsolutePath();
    while (!Files.exists(present) && present.getParent() != null) {
      present = present.getParent(); // it is made by the first run
    }
    if (!Files.isDirectory(present) || !Files.isWritable(present)) {
      return Finding.problem(
          check,
          "%s cannot be written: give this user the right to, or choose another directory"
              .formatted(present));
    }

    try {
      long space = Files.getFileStore(present).getUsableSpace();
      String seen = "%s has %,d MB free".formatted(directory, space >> 20);
      if (space < LITTLE_SPACE) {
        return Finding.problem(check, seen + ": make room, or choose another directory");
      }
      return space < ENOUGH_SPACE
          ? Finding.warning(check, seen + ", which may not last: 5 GB are comfortable")
          : Finding.ok(check, seen);
    } catch (IOException e) {
      return Finding.warning(
          check, "The free space of %s cannot be read: %s".formatted(directory, e.getMessage()));
    }
  }
}
