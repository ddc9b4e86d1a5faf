package io.rankstream.lab.demo;

import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.dataset.LongTail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the demo does.
 *
 * @param data data set, or empty for Fashion-MNIST
 * @param skew images of the first class over images of the last
 * @param drift whether the stream changes half-way
 * @param rate images fed a second; 0 is as fast as possible
 * @param trainEvery labelled images for each training step
 * @param seed seed of everything
 * @param port first port to try for Flink's web page
 * @param pagePort first port to try for the live page
 * @param opensPage whether to open the live page where there is a desktop
 * @param report HTML file to write
 */
public record DemoPlan(
    Optional<Path> data,
    double skew,
    boolean drift,
    double rate,
    int trainEvery,
    long seed,
    int port,
    int pagePort,
    boolean opensPage,
    Path report) {

  /**
   * Checks what would otherwise be found after the demo has run.
   *
   * @throws UsageException naming the option and what is accepted
   */
  public DemoPlan {
    requirePort("port", port);
    requirePort("page-port", pagePort);
    LongTail.IMBALANCE.require("skew", skew);
    Path directory = report.toAbsolutePath().getParent();
    if (Files.isDirectory(report) || directory == null || !Files.isWritable(directory)) {
      throw new UsageException(
          "Invalid report: %s (must be a file in a directory that is there and may be written)"
              .formatted(report));
    }
  }

  private static void requirePort(String option, int port) {
    if (port < 1 || port > 65_485) { // more are tried from there on
      throw new UsageException("Invalid %s: %d (must be 1 to 65485)".formatted(option, port));
    }
  }
}
