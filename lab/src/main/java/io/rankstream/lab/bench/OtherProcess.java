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
 * Another program that takes the same training step. It runs for a while when a number of seconds
 * is written to it, answers with its steps and seconds as JSON, and waits.
 */
final class OtherProcess implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final String greeting;

  private OtherProcess(Process process) throws IOException {
    this.process = process;
    answers = process.inputReader();
    questions = process.outputWriter();
    greeting = answer().toString();
  }

  /** Starts a program with the same network, batch, loss, optimizer and threads. */
  static OtherProcess start(String command, JobConfig config, RankingLoss loss) throws IOException {
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
            Integer.toString(config.batch().imagesPerClass()),
            "--threads",
            Integer.toString(Devices.threads())));
    ProcessBuilder builder = new ProcessBuilder(words);
    // As its own user would start it, not with what the launcher sets for this program.
    builder.environment().keySet().removeIf(name -> name.matches("(MALLOC|OMP|GOMP)_.*"));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    return new OtherProcess(builder.start());
  }

  /** What the program says of itself. */
  String greeting() {
    return greeting;
  }

  /** Lets it run and returns its steps a second. */
  double stepsPerSecond(double seconds) throws IOException {
    questions.write(Double.toString(seconds));
    questions.newLine();
    questions.flush();
    JsonNode answer = answer();
    return answer.get("steps").asDouble() / answer.get("seconds").asDouble();
  }

  @Override
  public void close() {
    process.destroy();
  }

  private JsonNode answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("The program to compare with ended; its error stands above");
    }

    return JSON.readTree(line);
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
