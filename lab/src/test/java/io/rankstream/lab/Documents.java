package io.rankstream.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The documents of the repository. */
public final class Documents {

  /** The top folder of the repository. */
  public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private Documents() {}

  /** Every document that users and contributors read. */
  public static List<Path> all() {
    Stream<Path> top =
        Stream.of("README.md", "CONTRIBUTING.md", "PERFORMANCE.md", "examples/README.md")
            .map(ROOT::resolve);
    return Stream.concat(top, files("docs", ".md")).toList();
  }

  /** The files below a folder of the repository whose names end so, in order. */
  public static Stream<Path> files(String folder, String ending) {
    try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a file. */
  public static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The part of a page from a heading of the second level to the next.
   *
   * @throws IllegalArgumentException if the page has no such heading
   */
  public static String section(String page, String heading) {
    int start = page.indexOf("\n## " + heading + "\n");
    if (start < 0) {
      throw new IllegalArgumentException("No section " + heading);
    }

    int end = page.indexOf("\n## ", start + 1);
    return page.substring(start, end < 0 ? page.length() : end);
  }
}
