package io.rankstream.lab.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processes that ran out of memory. It may end one thread alone, and then only a log tells it. */
final class MemoryErrors {

  private MemoryErrors() {}

  /** The logs in a directory that tell of such an error. */
  static List<Path> in(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .filter(MemoryErrors::isToldIn)
          .sorted()
          .toList();
    }
  }

  private static boolean isToldIn(Path log) {
    // In this set all bytes are characters.
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return lines.anyMatch(line -> line.contains(OutOfMemoryError.class.getName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
