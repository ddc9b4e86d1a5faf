package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs as processes of their own; what they print goes to files. */
final class Programs {

  private final Path directory;

  /**
   * @param directory directory of the files
   */
  Programs(Path directory) {
    this.directory = directory;
  }

  Process start(Path output, List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectOutput(output.toFile())
        .redirectError(output.resolveSibling(output.getFileName() + ".err").toFile())
        .start();
  }

  /** Runs a program that must end well. Returns what it prints. */
  List<String> run(String name, String... command) throws Exception {
    end(name, 0, List.of(command));
    return Files.readAllLines(directory.resolve(name + ".out"));
  }

  /** Runs a program that must end with an exit code. Returns its lines of errors. */
  List<String> fail(String name, int exitCode, List<String> command) throws Exception {
    return end(name, exitCode, command).lines().toList();
  }

  private String end(String name, int exitCode, List<String> command) throws Exception {
    Path output = directory.resolve(name + ".out");
    Process process = start(output, command);
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String errors = Files.readString(directory.resolve(name + ".out.err"));
    assertThat(process.exitValue()).as(errors).isEqualTo(exitCode);
    return errors;
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  String python() throws Exception {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(python, "-c", "import avro.io, confluent_kafka")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("python.out").toFile())
                .start();
        if (process.waitFor() == 0) {
          return python;
        }
      } catch (IOException e) {
        // no such program
      }
    }
    assumeTrue(
        System.getenv("CI") != null,
        "Python's packages confluent-kafka and avro are not installed");
    throw new AssertionError("Python's packages confluent-kafka and avro are not installed");
  }
}
