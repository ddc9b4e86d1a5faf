package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** The commands of the laboratory, as far as they get without a broker. */
class LabCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void helpTeachesTheCommands() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString()).contains("demo", "experiment", "bench", "chaos", "fuzz", "run");
  }

  @Test
  void everyCommandHasExamples() {
    for (String command : new String[] {"demo", "experiment", "bench", "chaos", "fuzz"}) {
      assertThat(execute(command, "--help")).isZero();
    }
    assertThat(out.toString().split("Examples?:", -1)).hasSize(6);
  }

  /**
   * One text for each option, since the help wraps it; the list of commands has first lines alone.
   */
  @Test
  void everyCommandAndOptionIsExplainedInWholeSentences() {
    for (CommandLine command : Lab.commandLine().getSubcommands().values()) {
      CommandSpec spec = command.getCommandSpec();
      assertThat(spec.usageMessage().description()[0]).as(spec.name()).matches("[A-Z].*\\.");
      for (ArgSpec option : spec.args()) {
        assertThat(option.description()).as("%s %s", spec.name(), option).hasSize(1);
        assertThat(option.description()[0]).as("%s %s", spec.name(), option).matches("[A-Z].*\\.");
      }
    }
  }

  @Test
  void saysInALineOrTwoWhatIsWrongWithTheArguments() {
    assertThat(execute("experiment", "--data", "photos", "--losses", "quadruplet")).isEqualTo(2);
    assertThat(execute("demo", "--report", "/no/such/report.html")).isEqualTo(2);
    assertThat(err.toString())
        .contains("quadruplet (must be one of none, triplet-semi-hard, triplet-hard, triplet-all,")
        .contains("Invalid report: /no/such/report.html (must be a file in a directory that exists")
        .doesNotContain("Exception", "\tat ");
  }

  @ParameterizedTest
  @CsvSource({
    "bench steps,'steps (must be one of step, pipeline, assembler, decode, embed, embedders, freshness, checkpoint, replicas, all)'",
    "bench step --losses triplet,'triplet (must be one of none, triplet-semi-hard, '",
    "bench step --backbone resnet,'resnet (must be one of small-cnn, '",
    "experiment --data photos --sampler pk;natural,'pk;natural (must be one of pk, natural)'",
    "feed --data photos --split validation,'validation (must be one of train, test)'",
    "evaluate --data photos --model m --split all,'all (must be one of train, test)'",
    "mirror --to topic --format faiss,'faiss (must be one of qdrant, milvus)'",
    "tail letters,'letters (must be one of embeddings, metrics, models, dead-letters)'"
  })
  void everyCommandListsTheNamesThatItAccepts(String line, String message) {
    assertThat(execute(line.split(" "))).isEqualTo(2);
    assertThat(err.toString())
        .contains(message)
        .doesNotContain("cannot convert", "Exception", "java", "RankingLoss", "Backbone");
  }

  @ParameterizedTest
  @ValueSource(strings = {"faults -1", "images 0", "rate -1.5"})
  void chaosNamesTheParameterAndItsValue(String option) {
    assertThat(execute("chaos", "--" + option.replace(' ', '='))).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("error: Invalid %s (must be ".formatted(option.replace(" ", ": ")));
  }

  @ParameterizedTest
  @CsvSource({
    "records 0,Invalid records: 0 (must be at least 1)",
    "largest 901,Invalid largest: 901 (must be 1 to 900)",
    "patience 0,Invalid patience: 0 (must be at least 1)"
  })
  void fuzzNamesTheParameterAndItsValue(String option, String message) {
    assertThat(execute("fuzz", "--" + option.replace(' ', '='))).isEqualTo(2);
    assertThat(err.toString()).contains("error: " + message);
  }

  @Test
  void aValueThatACommandRefusesIsWrongUsage() {
    assertThat(execute("demo", "--skew", "0.5")).isEqualTo(2);
    assertThat(execute("demo", "--page-port", "0")).isEqualTo(2);
    assertThat(execute("experiment", "--data", "photos", "--skew", "0.5")).isEqualTo(2);
    assertThat(execute("experiment", "--data", "photos", "--steps", "0")).isEqualTo(2);
    assertThat(execute("experiment", "--data", "photos", "--stop-classes", "1")).isEqualTo(2);
    assertThat(
            execute(
                "experiment", "--data", "photos", "--stop-classes", "3", "--hold-out-classes", "4"))
        .isEqualTo(2);
    assertThat(execute("chaos", "--kills", "-1")).isEqualTo(2);
    assertThat(execute("fuzz", "--records", "0")).isEqualTo(2);
    assertThat(execute("bench", "step", "--rounds", "0")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Invalid skew: 0.5 (must be at least 1 and finite)")
        .contains("Invalid steps: 0 (must be at least 1)")
        .contains("Invalid stop-classes: 1 (must be at least 2)")
        .contains("Invalid stop-classes: 3 (not with hold-out-classes")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void saysAtOnceThatKafkaIsNotThere() {
    String patience =
        file("patience.properties", "default.api.timeout.ms = 500\nrequest.timeout.ms = 500\n");
    assertThat(execute("fuzz", "--bootstrap-servers", "localhost:1", "--kafka-config", patience))
        .isEqualTo(1);
    assertThat(err.toString())
        .startsWith("error: Kafka at localhost:1: ")
        .containsOnlyOnce("check that Kafka runs there")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void refusesToStartALongRunWithImagesThatCannotBeRead() {
    String data = images("cats/1.jpg", "dogs/1.png");
    assertThat(execute("experiment", "--data", data)).isEqualTo(1);
    assertThat(err.toString())
        .contains("images: 2 of 2 images cannot be used: remove them or replace them")
        .doesNotContain("\tat ");
  }

  /** A folder with files of these names that are no images. */
  private String images(String... names) {
    for (String name : names) {
      file("images/" + name, "no image");
    }
    return directory.resolve("images").toString();
  }

  private String file(String name, String text) {
    try {
      Path file = directory.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
