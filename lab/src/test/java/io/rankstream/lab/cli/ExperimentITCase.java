package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.pipeline.Fixtures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole comparison, small: two losses, two samplers, one λ beside the paper's. */
class ExperimentITCase {

  private static final int CLASSES = 4;
  private static final long UNSEEN_SEED = 10_000; // no unseen image is one that is trained on

  @TempDir Path directory;

  @Test
  void comparesArmsThroughTheRealJob() throws Exception {
    String out =
        experiment(
            "--data=" + photos(),
            "--losses=none,triplet-semi-hard",
            "--sampler=pk,natural",
            "--lambda=1,2",
            "--seeds=1",
            "--steps=30",
            "--skew=4",
            "--out=" + directory.resolve("out"),
            "--batch.classes=4",
            "--batch.images-per-class=2",
            "--model.embedding-dimension=16");

    assertThat(out)
        .contains("| softmax | pk |")
        .contains("| triplet-semi-hard | natural | 2.000 |")
        .contains("| method | step, median ms | over softmax |");
    JsonNode result =
        new ObjectMapper().readTree(directory.resolve("out/experiment.json").toFile());
    assertThat(result.get("arms")).hasSize(6); // softmax has no λ: (1 + 2) x 2
    for (JsonNode arm : result.get("arms")) {
      assertThat(arm.at("/runs/0/steps").asLong()).as(arm.get("name").asText()).isBetween(20L, 40L);
      assertThat(arm.at("/macro/mean").asDouble()).isBetween(0.0, 1.0);
      assertThat(arm.at("/curve/step")).isNotEmpty();
      assertThat(Path.of(arm.at("/runs/0/model").asText())).exists();
    }
    JsonNode balanced = result.get("arms").get(0);
    assertThat(balanced.at("/macro/mean").asDouble()).isGreaterThan(0.5); // by chance 0.25
    String page = Files.readString(directory.resolve("out/report.html"));
    assertThat(page).contains("const figures = {").doesNotContain("/*FIGURES*/", "/*SCRIPT*/");
    assertThat(page).contains("\"confused\":[", "data:image/png;base64,");
    assertThat(result.at("/provenance/command").asText())
        .startsWith("./rankstream experiment --data=")
        .endsWith(" --model.embedding-dimension=16");
    assertThat(result.at("/provenance/settings/batch.images-per-class").asText()).isEqualTo("2");
  }

  @Test
  void holdsClassesOutOfTheTraining() throws Exception {
    String out =
        experiment(
            "--data=" + photos(),
            "--hold-out-classes=4",
            "--methods=triplet-hard",
            "--seeds=1",
            "--steps=5",
            "--out=" + directory.resolve("held"),
            "--batch.classes=2",
            "--batch.images-per-class=2",
            "--batch.fresh-classes=1");

    assertThat(out)
        .contains("48 images to train on, 16 unseen")
        .doesNotContain("macro |"); // the model cannot name classes that it has not met
    JsonNode result =
        new ObjectMapper().readTree(directory.resolve("held/experiment.json").toFile());
    assertThat(result.get("classes")).hasSize(CLASSES - 1);
    assertThat(result.at("/arms/0/classifies").asBoolean()).isFalse();
  }

  @Test
  void eachBudgetOfStepsIsAGroupOfRows() throws Exception {
    String out =
        experiment(
            "--data=" + photos(),
            "--losses=none,triplet-hard",
            "--seeds=1",
            "--first-seed=7",
            "--steps=5,12",
            "--out=" + directory.resolve("budgets"),
            "--batch.classes=4",
            "--batch.images-per-class=2",
            "--model.embedding-dimension=16");

    assertThat(out)
        .contains("4 arms, 1 seeds, 5 and 12 steps")
        .containsSubsequence(
            "| steps | method |",
            "| 5 | softmax |",
            "| 5 | triplet-hard |",
            "| 12 | softmax |",
            "| 12 | triplet-hard |");
    JsonNode result =
        new ObjectMapper().readTree(directory.resolve("budgets/experiment.json").toFile());
    assertThat(result.get("steps")).hasSize(2);
    for (JsonNode arm : result.get("arms")) {
      assertThat(arm.at("/runs/0/seed").asLong()).isEqualTo(7);
      assertThat(arm.at("/runs/0/steps").asInt())
          .isBetween(arm.get("budget").asInt() - 3, arm.get("budget").asInt() + 3);
    }
  }

  @Test
  void leavesDamagedImagesOutAndTellsThemBeforeAnythingIsTrained() throws Exception {
    Path photos = photos();
    Files.write(photos.resolve("test/class-1/3.png"), new byte[] {1, 2, 3});
    Files.write(photos.resolve("train/class-2/5.png"), new byte[] {1, 2, 3});

    String out =
        experiment(
            "--data=" + photos,
            "--losses=none",
            "--seeds=1",
            "--steps=5",
            "--out=" + directory.resolve("damaged"),
            "--batch.classes=4",
            "--batch.images-per-class=2",
            "--model.embedding-dimension=16");

    assertThat(out)
        .containsSubsequence(
            "photos: 1 of 64 images cannot be used and are left out (train/class-2/5.png: ",
            "photos: 1 of 64 images cannot be used and are left out (test/class-1/3.png: ",
            "63 images to train on, 63 unseen",
            "Stream of seed 0");
  }

  @Test
  void measuresTheDriftBetweenVersions() throws Exception {
    String out =
        experiment(
            "--data=" + photos(),
            "--losses=triplet-semi-hard",
            "--seeds=1",
            "--steps=200",
            "--drift",
            "--out=" + directory.resolve("drift"),
            "--batch.classes=4",
            "--batch.images-per-class=2",
            "--model.embedding-dimension=16");

    assertThat(out).contains("| method | sampler | steps apart | pairs | 1 − cos |");
    JsonNode drifts =
        new ObjectMapper()
            .readTree(directory.resolve("drift/experiment.json").toFile())
            .at("/arms/0/runs/0/drifts");
    assertThat(drifts).isNotEmpty();
    for (JsonNode each : drifts) {
      assertThat(each.get("newer").asLong() - each.get("older").asLong()).isIn(50L, 100L);
      assertThat(each.at("/drift/cosineShift").asDouble()).isBetween(1e-6, 2.0);
      assertThat(each.at("/drift/recallWithin").asDouble()).isGreaterThan(0.5); // by chance 0.25
    }
  }

  @Test
  void tellsWhatIsLeftOfClassesThatStop() throws Exception {
    String out =
        experiment(
            "--data=" + photos(),
            "--losses=triplet-semi-hard",
            "--balance=0,1",
            "--seeds=1",
            "--steps=100",
            "--stop-classes=2",
            "--out=" + directory.resolve("stopped"),
            "--batch.classes=4",
            "--batch.images-per-class=2",
            "--model.embedding-dimension=16");

    assertThat(out)
        .contains("| method | sampler | γ | λ |")
        .contains("| method | stopped classes, when they stopped | at the end | other classes |");
    JsonNode arms =
        new ObjectMapper()
            .readTree(directory.resolve("stopped/experiment.json").toFile())
            .get("arms");
    assertThat(arms).hasSize(2);
    for (JsonNode arm : arms) {
      JsonNode forgetting = arm.at("/runs/0/forgetting");
      assertThat(forgetting.get("before").asDouble()).isGreaterThan(0.5); // by chance 0.25
      assertThat(forgetting.get("after").asDouble()).isBetween(0.0, 1.0);
      assertThat(forgetting.get("others").asDouble()).isGreaterThan(0.5);
    }
    assertThat(arms.get(0).at("/runs/0/forgetting/after").asDouble())
        .as("with replay of all classes alike")
        .isGreaterThan(0.5);
  }

  private Path photos() throws Exception {
    Fixtures.photos(directory.resolve("photos/train"), CLASSES, 16);
    Fixtures.photos(directory.resolve("photos/test"), CLASSES, 16, UNSEEN_SEED);
    return directory.resolve("photos");
  }

  private static String experiment(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    int exitCode =
        line.execute(
            Stream.concat(Stream.of("experiment"), Stream.of(arguments)).toArray(String[]::new));
    assertThat(exitCode).as(out.toString()).isZero();
    return out.toString();
  }
}
