package io.rankstream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RankstreamCommandTest {

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
    assertThat(out.toString())
        .contains("demo", "run", "feed", "tail", "watch", "Start here:", "Exit codes: 0 success");
  }

  @Test
  void everyCommandHasExamples() {
    for (String command : new String[] {"demo", "run", "feed", "tail", "watch"}) {
      assertThat(execute(command, "--help")).isZero();
    }
    assertThat(out.toString().split("Examples:", -1)).hasSize(6);
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
        .contains("must be embeddings, metrics, models or dead-letters");
  }

  @Test
  void printsTheConfigurationTable() {
    assertThat(execute("run", "--help-config")).isZero();
    assertThat(out.toString()).contains("| `batch.classes` | integer | `8` |");
  }
}
