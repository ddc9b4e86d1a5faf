package io.rankstream.lab.bench;

import ai.djl.engine.Engine;
import io.rankstream.model.Devices;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Describes the machine of a benchmark. */
final class Machine {

  private static final long MEBI = 1 << 20;

  /** Variables that control how OpenMP threads wait and how the C library keeps memory. */
  private static final List<String> ENVIRONMENT =
      List.of(
          "OMP_WAIT_POLICY",
          "GOMP_SPINCOUNT",
          "MALLOC_ARENA_MAX",
          "MALLOC_MMAP_MAX_",
          "MALLOC_TRIM_THRESHOLD_");

  private Machine() {}

  /** Properties by name, in the order of the report. */
  static Map<String, String> describe(String device) {
    Map<String, String> words = new LinkedHashMap<>();
    words.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    words.put("cpu", cpu());
    words.put("heap", Runtime.getRuntime().maxMemory() / MEBI + " MiB");
    words.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    words.put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version());
    words.put("pytorch", Engine.getEngine(Devices.ENGINE).getVersion());
    words.put("device", Devices.select(device).toString());
    words.put("threads", Integer.toString(Devices.threads()));
    ENVIRONMENT.forEach(name -> words.put(name, System.getenv().getOrDefault(name, "unset")));
    return words;
  }

  /** Load average of the last minute; negative where the system has none. */
  static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private static String cpu() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseGet(() -> System.getProperty("os.arch"));
    } catch (IOException e) { // not Linux
      return System.getProperty("os.arch");
    }
  }
}
