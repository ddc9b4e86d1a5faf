package io.rankstream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.engine.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

class RankstreamCommandTest {

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    CommandLine line = Rankstream.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  @Test
  void helpTeachesTheCommands() {
    assertThat(execute("--help")).isZero();
    assertThat(out.toString()).contains("run", "feed", "tail", "watch", "Exit codes: 0 success");
  }

  @Test
  void everyCommandHasExamples() {
    for (String command : new String[] {"run", "feed", "tail", "watch"}) {
      assertThat(execute(command, "--help")).isZero();
    }
    assertThat(out.toString().split("Examples:", -1)).hasSize(5);
  }

  @Test
  void acceptsGoodSettings() {
    assertThat(execute("run", "--dry-run", "--batch.classes", "4", "--model.backbone=resnet18"))
        .isZero();
    assertThat(out.toString()).contains("The settings are good.");
  }

  @Test
  void reportsBadSettingsWithoutStackTrace() {
    assertThat(execute("run", "--dry-run", "--batch.klasses", "4", "--loss.margin", "wide"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("Unknown key batch.klasses (did you mean batch.classes?)")
        .contains("Invalid loss.margin: wide (must be soft or a number of at least 0)")
        .doesNotContain("\tat ");
  }

  @Test
  void refusesAGpuThatIsNotThereBeforeTheJobStarts() {
    assumeThat(Engine.getEngine("PyTorch").getGpuCount()).isZero();

    assertThat(execute("run", "--dry-run", "--model.device", "gpu")).isEqualTo(1);
    assertThat(err.toString()).contains("error: Invalid device: gpu").doesNotContain("\tat ");
  }

  @Test
  void saysWhatIsWrongWithADataSet() {
    assertThat(execute("feed", "--data", "/no/such/folder")).isEqualTo(1);
    assertThat(err.toString())
        .contains("error: /no/such/folder does not exist")
        .doesNotContain("\tat ");
  }

  @Test
  void rejectsWrongUsage() {
    assertThat(execute("feed")).isEqualTo(2);
    assertThat(execute("tail", "pictures")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Missing required option: '--data=PATH'")
        .contains("(must be one of embeddings, metrics, models, dead-letters)");
  }

  @Test
  void aValueThatACommandRefusesIsWrongUsage() {
    String data = images("cats/1.png", "dogs/2.png"); // one of each split
    assertThat(execute("feed", "--data", data, "--limit", "0")).isEqualTo(2);
    assertThat(execute("feed", "--data", data, "--rate", "-1")).isEqualTo(2);
    assertThat(execute("feed", "--data", data, "--unlabeled", "2")).isEqualTo(2);
    assertThat(execute("feed", "--data", data, "--skew", "0.5")).isEqualTo(2);
    assertThat(execute("feed", "--data", data, "--drift", "--epochs", "2")).isEqualTo(2);
    assertThat(execute("feed", "--data", data, "--test-share", "2")).isEqualTo(2);
    assertThat(execute("watch", "--page-port", "70000")).isEqualTo(2);
    assertThat(execute("evaluate", "--model", "m", "--data", data, "--device", "tpu")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Invalid limit: 0 (must be at least 1)")
        .contains("Invalid rate: -1.0 (must be at least 0, where 0 is as fast as possible)")
        .contains("Invalid unlabeled: 2.0 (must be 0 to 1)")
        .contains("Invalid skew: 0.5 (must be at least 1 and finite)")
        .contains(
            "Invalid epochs: 2 (must be at most 1, since with --drift the stream changes once)")
        .contains("Invalid test-share: 2.0 (must be 0 to 1)")
        .contains("Invalid page-port: 70000 (must be 0 to 65535)")
        .contains("Invalid device: tpu (must be auto, cpu, gpu or gpu:N)")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void anIllegalArgumentInsideTheProgramIsAFailureAndNotWrongUsage() {
    CommandLine line =
        Rankstream.commandLine(
            root -> root.addSubcommand("broken", CommandSpec.forAnnotatedObject(new Broken())));
    line.setErr(new PrintWriter(err, true));

    assertThat(line.execute("broken")).isEqualTo(1);
    assertThat(err.toString()).contains("error: For input string: \"x\"");
  }

  @Test
  void anErrorThatIsNoExceptionGetsAMessageToo() {
    Map<Error, String> messages =
        Map.of(
            new OutOfMemoryError("Java heap space"), "set RANKSTREAM_HEAP",
            new StackOverflowError(), "nested too deeply",
            new NoClassDefFoundError("a/B"), "a/B");
    messages.forEach(
        (error, message) -> {
          err.getBuffer().setLength(0);
          CommandLine line =
              Rankstream.commandLine(
                  root ->
                      root.addSubcommand(
                          "failing", CommandSpec.forAnnotatedObject(new Failing(error))));
          line.setErr(new PrintWriter(err, true));

          assertThat(line.execute("failing")).isEqualTo(1);
          assertThat(err.toString())
              .startsWith("error: ")
              .contains(message)
              .doesNotContain("\tat ");
          assertThat(err.toString().lines()).hasSize(2);
        });
  }

  @Test
  void doesNotTellTheValueOfAnOptionThatIsNotKnown() {
    assertThat(execute("tail", "metrics", "--sasl=hunter2", "--pw", "hunter3")).isEqualTo(2);
    assertThat(err.toString())
        .contains("Unknown options: '--sasl', '--pw'")
        .doesNotContain("hunter");
  }

  @Test
  void aMessageDoesNotMoveTheTerminal() {
    assertThat(execute("feed", "--data", "/no/\u001b[2J\u009b2J\u202e")).isEqualTo(1);
    assertThat(err.toString()).contains("/no/?[2J?2J?");
  }

  @Test
  void saysWhatToWriteForAPathThatNoShellCompleted() {
    String home = System.getProperty("user.home");
    assertThat(execute("feed", "--data=~/photos")).isEqualTo(2);
    assertThat(execute("run", "--config=~/job.properties")).isEqualTo(2);
    assertThat(execute("evaluate", "--model=~/model.safetensors", "--data", "x")).isEqualTo(2);
    assertThat(err.toString())
        .contains("write %s/photos)".formatted(home))
        .contains("write %s/job.properties)".formatted(home))
        .contains("write %s/model.safetensors)".formatted(home))
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void tellsSettingsThatNobodyChecks() {
    assertThat(execute("run", "--dry-run", "--s3.endpoint", "http://store:9000")).isZero();
    assertThat(err.toString()).contains("warning: The key s3.endpoint goes to Flink unchecked");
  }

  @Test
  void missesEnvironmentVariablesBeforeAnythingStarts() {
    String file = file("secret.properties", "sasl.jaas.config = ${env:NO_SUCH_NAME}\n");
    assertThat(execute("tail", "metrics", "--kafka-config", file)).isEqualTo(2);
    assertThat(execute("run", "--dry-run", "--kafka.sasl.jaas.config", "${env:NO_SUCH_NAME}"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("The environment variable NO_SUCH_NAME that sasl.jaas.config names is not set")
        .contains(
            "The environment variable NO_SUCH_NAME that kafka.sasl.jaas.config names is not set");
  }

  @Test
  void printsTheConfigurationPage() {
    assertThat(execute("run", "--help-config")).isZero();
    assertThat(out.toString())
        .contains("| `batch.classes` | integer | `8` |", "| `IMAGE_CORRUPT` |");
  }

  @Test
  void saysInALineOrTwoWhatIsWrongWithTheArguments() {
    assertThat(execute("lern")).isEqualTo(2);
    assertThat(execute("feed", "--data", "photos", "--ratee", "1")).isEqualTo(2);
    assertThat(err.toString())
        .contains("error: There is no command lern (rankstream --help lists all)")
        .contains("Unknown option: '--ratee'")
        .contains("Possible solutions: --rate")
        .contains("(rankstream feed --help lists the options)")
        .doesNotContain("Exception", "\tat ");
    assertThat(err.toString().lines()).hasSizeLessThan(10);
  }

  @Test
  void saysAtOnceThatKafkaIsNotThere() {
    String nobody = "localhost:1";
    String patience =
        file("patience.properties", "default.api.timeout.ms = 500\nrequest.timeout.ms = 500\n");
    for (String[] command :
        new String[][] {
          {"tail", "metrics"},
          {"mirror", "--format", "qdrant", "--to", "vectors"},
          {"watch", "--no-browser"},
          {"feed", "--data", images("cats/1.png", "dogs/1.png")}
        }) {
      String[] arguments = Arrays.copyOf(command, command.length + 4);
      arguments[command.length] = "--bootstrap-servers";
      arguments[command.length + 1] = nobody;
      arguments[command.length + 2] = "--kafka-config";
      arguments[command.length + 3] = patience;
      err.getBuffer().setLength(0);
      assertThat(execute(arguments)).as(command[0]).isEqualTo(1);
      assertThat(err.toString())
          .as(command[0])
          .startsWith("error: Kafka at localhost:1: ")
          .containsOnlyOnce("check that Kafka runs there")
          .doesNotContain("Exception", "\tat ");
    }
  }

  @Test
  void saysWhichFileIsNotThere() {
    assertThat(execute("tail", "metrics", "--kafka-config", "/no/such.properties")).isEqualTo(2);
    assertThat(execute("feed", "--data", file("photos.zip", "no zip"))).isEqualTo(1);
    assertThat(err.toString())
        .contains("Cannot read the Kafka settings in /no/such.properties")
        .contains("photos.zip is neither a folder nor a zip file")
        .doesNotContain("\tat ");
  }

  /** Fails as code does that parses something that the user did not write. */
  @Command(name = "broken")
  static final class Broken implements Runnable {

    @Override
    public void run() {
      Integer.parseInt("x");
    }
  }

  /** Fails as no command should. */
  @Command(name = "failing")
  static final class Failing implements Runnable {

    private final Error error;

    Failing(Error error) {
      this.error = error;
    }

    @Override
    public void run() {
      throw error;
    }
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
