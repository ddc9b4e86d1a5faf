package io.rankstream.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.ImageEmbedding;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DemoProgressTest {

  private final DemoProgress progress =
      new DemoProgress(Map.of("null", 10, "cat", 5), Map.of("image-0", "null", "image-1", "cat"));

  @Test
  void noPredictionIsWrongEvenForAClassThatIsCalledNull() {
    progress.add(predicted(0, null));
    progress.add(predicted(1, "cat"));

    assertThat(progress.confusion().recalls()).containsEntry("null", 0.0).containsEntry("cat", 1.0);
    assertThat(progress.confusion().micro()).isEqualTo(0.5);
  }

  @Test
  void scoresAnUnseenImageOnceByItsLastPredictionAndNoOthers() {
    progress.add(predicted(1, "null"));
    progress.add(predicted(1, "cat")); // by the version of a later epoch
    progress.add(predicted(2, "cat")); // was fed with its label

    assertThat(progress.confusion().count()).isEqualTo(1);
    assertThat(progress.confusion().micro()).isEqualTo(1);
    assertThat(progress.embeddedImages()).isEqualTo(2);
  }

  @Test
  void countsStepsSlotsAndTheirRate() {
    progress.add(Records.step(1, 4, Map.of("null", 4, "cat", 4)));
    progress.add(Records.step(2, 2, Map.of("null", 4, "cat", 2)));

    assertThat(progress.steps()).hasSize(2);
    assertThat(progress.slots()).containsOnly(Map.entry("null", 8), Map.entry("cat", 6));
    assertThat(progress.stepsPerSecond()).isEqualTo(10);
    assertThat(progress.line())
        .contains("step     2 (10/s)", "loss 2.000 = 1.000 + ranking 0.500", "balance in 2:1");
  }

  @Test
  void hasALineBeforeTheFirstStep() {
    progress.add(predicted(1, "cat"));

    assertThat(progress.line()).contains("images      1", "waiting for the first steps");
  }

  private static ImageEmbedding predicted(long offset, String label) {
    return ImageEmbedding.newBuilder(Records.embedding(offset, null, 1, 0, 1))
        .setPredictedLabel(label)
        .build();
  }
}
