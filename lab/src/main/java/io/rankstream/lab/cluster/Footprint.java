package io.rankstream.lab.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process takes of the machine.
 *
 * @param residentKilobytes resident memory
 * @param threads threads, those of native libraries too
 * @param descriptors open files and connections
 */
public record Footprint(long residentKilobytes, long threads, long descriptors) {

  /** That of a running process; nothing on systems without /proc. */
  static Footprint of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    if (!Files.exists(process.resolve("status"))) {
      return new Footprint(0, 0, 0);
    }

    List<String> status = Files.readAllLines(process.resolve("status"));
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      return new Footprint(
          number(status, "VmRSS:"), number(status, "Threads:"), descriptors.count());
    }
  }

  private static long number(List<String> status, String name) {
    return status.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }
}
