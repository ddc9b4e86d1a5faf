package io.rankstream.model.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the operating system tells of the processor's instructions for bfloat16. */
final class Bfloat16Processor {

  private static final Path LINUX = Path.of("/proc/cpuinfo");
  private static final List<String> NAMES = List.of("amx_bf16", "avx512_bf16", "bf16"); // Arm last

  private Bfloat16Processor() {}

  /** The name of the fastest instructions for bfloat16, if the processor has some. */
  static Optional<String> instructions() {
    try (Stream<String> lines = Files.lines(LINUX)) {
      return in(lines);
    } catch (IOException e) {
      return Optional.empty(); // not Linux
    }
  }

  /**
   * The same from a text.
   *
   * @param lines as in {@code /proc/cpuinfo}
   */
  static Optional<String> in(Stream<String> lines) {
    List<String> words =
        lines
            .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
            .findFirst()
            .map(line -> List.of(line.split("\\s+")))
            .orElse(List.of());
    return NAMES.stream().filter(words::contains).findFirst();
  }
}
