package io.rankstream.lab.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.UsageException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Another program that takes the same training step. It reads a number of seconds from its input,
 * trains for so long, prints its steps, seconds and seconds of CPU time as JSON, and waits for the
 * next number. Its first line has its name.
 */
final class OtherProcess implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String THREADS = "--threads";

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final String name;

  private OtherProcess(Process process) throws IOException {
    this.process = process;
    answers = process.inputReader();
    questions = process.outputWriter();
    name = answer().get("name").asText();
  }

  /**
   * Starts a program with the same network, batch, loss and optimizer, and as many threads, unless
   * the command names another number.
   */
  static OtherProcess start(String command, JobConfig config, RankingLoss loss) throws IOException {
    return start(command, config, loss, List.of());
  }

  /** Starts a program that takes its batches from a topic of images. */
  static OtherProcess startOn(
      String topic, String bootstrapServers, String command, JobConfig config) throws IOException {
    return start(
        command,
        config,
        config.model().loss().ranking(),
        List.of("--topic", topic, "--bootstrap-servers", bootstrapServers));
  }

  private static OtherProcess start(
      String command, JobConfig config, RankingLoss loss, List<String> more) throws IOException {
    InputSpec input = config.model().input();
    if (input.height() != input.width()) {
      throw new UsageException(
          "Invalid input: %d x %d (the other program takes square images)"
              .formatted(input.height(), input.width()));
    }

    List<String> words = new ArrayList<>(List.of(command.strip().split("\\s+")));
    words.addAll(
        List.of(
            "--serve",
            "--backbone",
            KebabCase.of(config.model().architecture().backbone()),
            "--channels",
            Integer.toString(input.channels()),
            "--size",
            Integer.toString(input.height()),
            "--normalization",
            kebab(input.normalization()),
            "--dimension",
            Integer.toString(config.model().architecture().embeddingDimension()),
            "--loss",
            kebab(loss),
            "--optimizer",
            kebab(config.model().optimizer().rule()),
            "--classes",
            Integer.toString(config.batch().classes()),
            "--images",
            Integer.toString(config.batch().imagesPerClass())));
    words.addAll(more);
    if (!words.contains(THREADS)) {
      words.addAll(List.of(THREADS, Integer.toString(Devices.threads())));
    }
    ProcessBuilder builder = new ProcessBuilder(words);
    // The environment of its user, without the settings of our launcher.
    builder.environment().keySet().removeIf(name -> name.matches("(MALLOC|OMP|GOMP)_.*"));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new OtherProcess(builder.start());
  }

  /** What it is, such as PyTorch with its version and settings. */
  String name() {
    return name;
  }

  /** Trains for some seconds and returns the steps per second. */
  double stepsPerSecond(double seconds) throws IOException {
    return rate(seconds, "seconds");
  }

  /** Trains for some seconds and returns the steps per second of CPU time. */
  double stepsPerCpuSecond(double seconds) throws IOException {
    return rate(seconds, "cpu");
  }

  private double rate(double seconds, String unit) throws IOException {
    questions.write(Double.toString(seconds));
    questions.newLine();
    questions.flush();
    JsonNode answer = answer();
    return answer.get("steps").asDouble() / answer.get(unit).asDouble();
  }

  @Override
  public void close() {
    process.destroy();
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("The program of --against has ended: see its error above");
    }

    return JSON.readTree(line);
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
