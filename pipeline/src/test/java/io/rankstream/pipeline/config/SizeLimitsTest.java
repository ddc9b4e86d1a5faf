package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Settings that are good one by one, and together ask for an array that cannot be. */
class SizeLimitsTest {

  private static final Pattern AT_MOST = Pattern.compile("at most (\\d+) ");

  @Test
  void aBatchThatNoArrayHoldsIsRefused() {
    String[] large = {
      "model.backbone", "resnet50",
      "batch.classes", "128",
      "batch.images-per-class", "128",
      "window.fresh-per-class", "128"
    };

    assertThat(problems(large))
        .containsExactly(
            "Invalid batch.classes: 128 with batch.images-per-class = 128 (must be together at most 14266 images of 3 x 224 x 224 (channels x model.height x model.width), or no array holds the batch)");
    assertThat(problems("model.backbone", "resnet50", "embed.batch-size", "14267"))
        .containsExactly(
            "Invalid embed.batch-size: 14267 (must be at most 14266 images of 3 x 224 x 224 (channels x model.height x model.width), or no array holds the batch)");
    assertThat(problems("model.backbone", "resnet50", "embed.batch-size", "14266")).isEmpty();
  }

  @Test
  void aBatchWhoseNumberOfImagesOverflowsIsRefused() {
    assertThat(
            problems(
                "batch.classes", "65536",
                "batch.images-per-class", "65536",
                "model.max-classes", "65536",
                "window.fresh-per-class", "65536"))
        .singleElement()
        .asString()
        .startsWith("Invalid batch.classes: 65536 with batch.images-per-class = 65536");
  }

  @Test
  void anEmbeddingHeadThatNoSnapshotHoldsIsRefusedAtItsLargestSize() {
    String largest =
        largestOf(
            "model.embedding-dimension",
            problems("model.backbone", "resnet50", "model.embedding-dimension", "8192"));

    assertThat(problems("model.backbone", "resnet50", "model.embedding-dimension", largest))
        .isEmpty();
    assertThat(
            problems("model.backbone", "resnet50", "model.embedding-dimension", plusOne(largest)))
        .hasSize(1);
  }

  @Test
  void aSoftmaxHeadThatNoSnapshotHoldsIsRefusedAtItsLargestSize() {
    String largest =
        largestOf(
            "model.max-classes",
            problems("model.backbone", "resnet50", "model.max-classes", "1000000"));
    String[] fits = {
      "model.backbone", "resnet50", "model.max-classes", largest, "model.embedding-dimension", "2"
    };
    String[] doesNot = fits.clone();
    doesNot[3] = plusOne(largest);

    assertThat(problems(fits)).isEmpty();
    assertThat(problems(doesNot)).hasSize(1);
  }

  @Test
  void centresThatNoArrayHoldsAreRefused() {
    String[] wide = {
      "model.max-classes", "1000000", "model.embedding-dimension", "2148", "loss.ranking", "center"
    };

    assertThat(problems(wide))
        .containsExactly(
            "Invalid model.embedding-dimension: 2148 (must be at most 536 for small-cnn at 1 x 28 x 28 with model.max-classes = 1000000, or a buffer of the model has more than 2 GiB)");
    wide[5] = "triplet-hard";
    assertThat(problems(wide)).isEmpty();
  }

  @Test
  void anInputThatIsTooSmallForTheBackboneIsRefused() {
    assertThat(
            problems("model.backbone", "inception-v4", "model.height", "32", "model.width", "32"))
        .containsExactly(
            "Invalid model.height: 32 with model.width = 32 (must be larger for inception-v4)");
  }

  @Test
  void allProblemsAreToldTogether() {
    assertThat(
            problems(
                "model.backbone", "resnet50",
                "model.embedding-dimension", "8192",
                "embed.batch-size", "20000",
                "batch.klasses", "4"))
        .hasSize(3);
  }

  private static List<String> problems(String... pairs) {
    List<String> problems = new ArrayList<>();
    try {
      Fixtures.config(pairs);
    } catch (ConfigurationException e) {
      problems.addAll(e.problems());
    }
    return problems;
  }

  private static String largestOf(String key, List<String> problems) {
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0)).startsWith("Invalid " + key + ": ").contains("resnet50");
    Matcher most = AT_MOST.matcher(problems.get(0));
    assertThat(most.find()).isTrue();
    return most.group(1);
  }

  private static String plusOne(String number) {
    return Integer.toString(Integer.parseInt(number) + 1);
  }
}
