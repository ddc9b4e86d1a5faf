package io.rankstream.lab.cluster;

import io.rankstream.pipeline.cli.Rankstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;

/** {@code rankstream run} in a process of its own, with a job of its own. */
public final class RunProcess implements AutoCloseable {

  private final Path log;
  private final ChildProcess process;

  /**
   * Starts the process.
   *
   * @param log file for what it prints
   * @param settings settings of the job
   */
  public RunProcess(Path log, Configuration settings) throws IOException {
    this.log = log;
    List<String> arguments = new ArrayList<>(List.of("run", "--quiet"));
    settings.toMap().forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    arguments.addAll(List.of("--" + RestOptions.BIND_PORT.key(), "0"));
    process = new ChildProcess(log, List.of("-Xmx768m"), Rankstream.class.getName(), arguments);
  }

  /**
   * Waits until it has ended by itself.
   *
   * @return its exit code; empty when it still runs
   */
  public OptionalInt awaitEnd(Duration atMost) throws InterruptedException {
    return process.awaitEnd(atMost);
  }

  /** What it has printed. */
  public String printed() throws IOException {
    return Files.readString(log);
  }

  /** Kills it, if it still runs. */
  @Override
  public void close() {
    process.close();
  }
}
