package io.rankstream.lab.cluster;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** A Java process with the class path of this one, which can be killed and started again. */
final class ChildProcess implements AutoCloseable {

  private static final List<String> OPENED =
      List.of(
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED");

  private final List<String> command = new ArrayList<>();
  private final File log;
  private Process process;

  /**
   * Starts the process.
   *
   * @param log file for its output
   * @param options options of the Java virtual machine
   * @param main class with the main method
   * @param arguments arguments of that method
   */
  ChildProcess(Path log, List<String> options, String main, List<String> arguments)
      throws IOException {
    this.log = log.toFile();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(OPENED);
    command.add("-Duser.language=en"); // Kafka and Flink do not start in Turkish
    command.add("-Dai.djl.offline=true");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main);
    command.addAll(arguments);
    start();
    // It must not outlive this process, which Ctrl-C may end.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "child-process-cleanup"));
  }

  /** Kills the process, with no chance to clean up. */
  void kill() throws InterruptedException {
    process.destroyForcibly(); // SIGKILL where there are signals
    process.waitFor();
  }

  /** Holds the process where it is; it can be killed, or let go on. */
  void hold() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** Lets a process go on that is held. */
  void release() throws IOException, InterruptedException {
    signal("CONT");
  }

  /** Starts the process again if it has ended, as a supervisor would. */
  void supervise() throws IOException {
    if (!process.isAlive()) {
      start();
    }
  }

  /**
   * Waits until the process has ended.
   *
   * @return its exit code; empty when it still runs
   */
  OptionalInt awaitEnd(Duration atMost) throws InterruptedException {
    return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)
        ? OptionalInt.of(process.exitValue())
        : OptionalInt.empty();
  }

  /** What the process takes of the machine; nothing on systems without /proc. */
  Footprint footprint() throws IOException {
    return Footprint.of(process.pid());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(log))
            .start();
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException(
          "Process %d could not be sent %s: see its log %s".formatted(process.pid(), name, log));
    }
  }
}
