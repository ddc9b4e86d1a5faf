package io.rankstream.pipeline.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobRestTest {

  private static final String STEPS = "two-head-trainer.numTrainingSteps";

  @ParameterizedTest
  @ValueSource(
      strings = {"two-head-trainer.numTrainingSteps", "0.two-head-trainer.numTrainingSteps"})
  void takesTheStepsOfAnOperator(String name) {
    assertThat(JobRest.isCalled(STEPS, name)).isTrue();
  }

  /** Flink lists both; with both, a job would seem to have taken twice as many. */
  @Test
  void doesNotCountTheStepsOfItsStreamsOnceMore() {
    assertThat(JobRest.isCalled(STEPS, "two-head-trainer.stream.default.numTrainingSteps"))
        .isFalse();
  }

  @Test
  void takesTheImagesOfEachStream() {
    assertThat(JobRest.isCalled("numImages", "embed-images.stream.default.numImages")).isTrue();
    assertThat(JobRest.isCalled("numImages", "pk-window.numImagesRepeated")).isFalse();
  }
}
