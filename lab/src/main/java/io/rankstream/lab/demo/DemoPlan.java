package io.rankstream.lab.demo;

import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.dataset.FashionMnist;
import io.rankstream.pipeline.tools.dataset.LongTail;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of the demo.
 *
 * @param data path of a data set, or empty for Fashion-MNIST
 * @param skew images of the first class over images of the last
 * @param drift whether the distribution of the classes changes half-way
 * @param epochs whether all is embedded in epochs: one opens half-way, one at the end
 * @param rate images per second to feed; 0 for as fast as possible
 * @param trainEvery labelled images per training step
 * @param seed seed of the model, and of the order of the images
 * @param port first port to try for Flink's web page
 * @param pagePort first port to try for the live page
 * @param opensPage whether to open the live page in a browser, where there is a desktop
 * @param report HTML file to write
 * @param command words of the command, for the report
 */
public record DemoPlan(
    Optional<Path> data,
    double skew,
    boolean drift,
    boolean epochs,
    double rate,
    int trainEvery,
    long seed,
    int port,
    int pagePort,
    boolean opensPage,
    Path report,
    List<String> command) {

  /**
   * Checks the ports and that the report can be written, before the demo runs for minutes.
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
          "Invalid report: %s (must be a file in a directory that exists and is writable)"
              .formatted(report));
    }
  }

  /** What the demo was asked for, by name, for people. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("Data", data.map(Path::toString).orElse(FashionMnist.NAME));
    parameters.put("Skew", ratio(skew) + " to 1" + (drift ? ", reversed half-way" : ""));
    parameters.put("Rate", rate == 0 ? "as fast as possible" : ratio(rate) + " images a second");
    parameters.put("Training", "a step every %s labelled images".formatted(trainEvery));
    parameters.put("Embedding", epochs ? "in epochs" : "live");
    parameters.put("Seed", Long.toString(seed));
    return parameters;
  }

  private static String ratio(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  private static void requirePort(String option, int port) {
    if (port < 1 || port > 65_485) { // the next 50 are tried too
      throw new UsageException("Invalid %s: %d (must be 1 to 65485)".formatted(option, port));
    }
  }
}
