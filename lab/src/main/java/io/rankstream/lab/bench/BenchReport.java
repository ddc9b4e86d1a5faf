package io.rankstream.lab.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Collects figures and prints each at once. */
public final class BenchReport {

  private final PrintWriter out;
  private final Map<String, String> machine;
  private final Map<String, Figure> figures = new LinkedHashMap<>();
  private final Map<String, String> failures = new LinkedHashMap<>();

  /**
   * Prints the machine and the head of the table.
   *
   * @param device device of the model
   */
  public BenchReport(PrintWriter out, String device) {
    this.out = out;
    machine = Machine.describe(device);
    machine.forEach((name, words) -> out.printf("%-16s %s%n", name, words));
    out.println();
    out.printf(
        "| %-66s | %12s | %-9s | %12s | %12s | %3s | %5s |%n",
        "benchmark", "median", "unit", "least", "most", "n", "load");
    out.println("|---|---|---|---|---|---|---|");
    out.flush();
  }

  void add(Figure figure) {
    figures.put(figure.name(), figure);
    String notes =
        figure.notes().entrySet().stream()
            .map(note -> note.getKey() + " " + number(note.getValue()))
            .collect(Collectors.joining(", "));
    out.printf(
        Locale.ROOT,
        "| %-66s | %12s | %-9s | %12s | %12s | %3d | %5.2f | %s%n",
        figure.name(),
        number(figure.median()),
        figure.unit(),
        number(figure.least()),
        number(figure.most()),
        figure.windows(),
        figure.load(),
        notes);
    out.flush();
  }

  /** Adds the ratio of two figures. */
  void addRatio(String name, String numerator, String denominator) {
    double ratio = figures.get(numerator).median() / figures.get(denominator).median();
    add(Figure.of(name, "ratio", ratio));
  }

  /** Prints a line between the figures. */
  void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Records the failure of a benchmark; the others go on. */
  public void fail(String benchmark, Exception reason) {
    failures.put(benchmark, String.valueOf(reason.getMessage()));
    say("%s failed: %s".formatted(benchmark, reason));
  }

  /** Whether no benchmark failed. */
  public boolean isComplete() {
    return failures.isEmpty();
  }

  /** Writes all figures as JSON. */
  public void write(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ObjectNode root = mapper.createObjectNode();
    root.set("machine", mapper.valueToTree(machine));
    ObjectNode benchmarks = root.putObject("benchmarks");
    figures.forEach((name, figure) -> benchmarks.set(name, mapper.valueToTree(figure)));
    if (!failures.isEmpty()) {
      root.set("failures", mapper.valueToTree(failures));
    }
    mapper.writeValue(file.toFile(), root);
    say("Written: " + file.toAbsolutePath());
  }

  private static String number(double value) {
    double size = Math.abs(value);
    String format = size >= 1000 ? "%,.0f" : size >= 100 ? "%.1f" : size >= 1 ? "%.3f" : "%.4f";
    return String.format(Locale.ROOT, format, value);
  }
}
