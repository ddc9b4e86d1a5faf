package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.schemas.PredictionCount;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PredictionCountHarnessTest {

  @Test
  void theCountsOfAllStepsAreTheAccuracy() throws Exception {
    List<TrainingMetrics> steps = steps(IntStream.range(0, 12).mapToObj(i -> fresh(i, 8)).toList());

    assertThat(steps.get(0).getPredictions())
        .as("no class is known before the first step")
        .containsExactly(
            new PredictionCount("class-0", null, 2),
            new PredictionCount("class-1", null, 2),
            new PredictionCount("class-2", null, 2),
            new PredictionCount("class-3", null, 2));
    int correct = 0;
    int all = 0;
    for (TrainingMetrics step : steps) {
      correct += correct(step);
      all += images(step);
      assertThat(step.getAccuracy().getMicro()).isCloseTo((double) correct / all, within(1e-9));
    }
    assertThat(all).isEqualTo(12 * 8);
    assertThat(correct).isPositive();
  }

  @Test
  void imagesThatAreReplayedDoNotCount() throws Exception {
    List<TrainingMetrics> steps = steps(List.of(fresh(0, 8), fresh(1, 3), fresh(2, 0)));

    assertThat(steps).extracting(PredictionCountHarnessTest::images).containsExactly(8, 3, 0);
  }

  private static List<TrainingMetrics> steps(List<MicroBatch> batches) throws Exception {
    try (TrainerHarness trainer =
        TrainerHarness.started(TrainingBatches.config("prequential.fading-factor", "1"))) {
      for (MicroBatch batch : batches) {
        trainer.process(batch);
      }
      trainer.endInput();
      return trainer.metrics();
    }
  }

  /** A batch whose first images are fresh; the others are replayed. */
  private static MicroBatch fresh(int number, int images) {
    try {
      MicroBatch batch = batch("a", number);
      List<BatchImage> slots = new ArrayList<>();
      for (BatchImage slot : batch.images()) {
        slots.add(new BatchImage(slot.image(), slots.size() < images));
      }
      return batch.with(slots);
    } catch (ImageRejectedException e) {
      throw new AssertionError(e);
    }
  }

  private static int images(TrainingMetrics step) {
    return step.getPredictions().stream().mapToInt(PredictionCount::getImages).sum();
  }

  private static int correct(TrainingMetrics step) {
    return step.getPredictions().stream()
        .filter(count -> count.getLabel().equals(count.getPredictedLabel()))
        .mapToInt(PredictionCount::getImages)
        .sum();
  }
}
