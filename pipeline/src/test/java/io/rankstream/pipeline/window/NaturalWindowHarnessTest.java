package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.schemas.DeadLetter;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

class NaturalWindowHarnessTest {

  private static final JobConfig CONFIG =
      Fixtures.config(
          "batch.sampler", "natural",
          "batch.classes", "2",
          "batch.images-per-class", "2",
          "batch.embedding-size", "2",
          "batch.max-wait", "5 s",
          "model.max-classes", "3");

  private static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  private static KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> window()
      throws Exception {
    return new KeyedOneInputStreamOperatorTestHarness<>(
        new KeyedProcessOperator<>(BatchWindow.of(CONFIG, DEAD_LETTERS).function()),
        AcceptedImage::stream,
        Types.STRING);
  }

  private static void feed(
      KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> harness,
      long firstId,
      String... labels)
      throws Exception {
    for (int i = 0; i < labels.length; i++) {
      harness.processElement(Fixtures.image(firstId + i, labels[i], 10), 0);
    }
  }

  private static List<String> ids(MicroBatch batch) {
    return batch.images().stream().map(slot -> slot.image().imageId()).toList();
  }

  @Test
  void takesImagesAsTheyComeWhateverTheirClass() throws Exception {
    try (KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> harness =
        window()) {
      harness.open();
      feed(harness, 0, "a", "a", "a", "b", "a", "a", "a", "a");

      List<MicroBatch> batches = harness.extractOutputValues();
      assertThat(batches).hasSize(2).allMatch(batch -> batch.purpose() == Purpose.TRAIN);
      assertThat(ids(batches.get(0))).containsExactly("image-0", "image-1", "image-2", "image-3");
      assertThat(ids(batches.get(1))).containsExactly("image-4", "image-5", "image-6", "image-7");
      assertThat(batches.get(1).images()).allMatch(BatchImage::fresh);
    }
  }

  @Test
  void sendsImagesOfMoreClassesThanTheModelHoldsToDeadLetters() throws Exception {
    try (KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> harness =
        window()) {
      harness.open();
      for (int i = 0; i < 1000; i++) {
        feed(harness, i, "class-" + i);
      }
      feed(harness, 1000, "class-0");

      assertThat(harness.getSideOutput(DEAD_LETTERS))
          .hasSize(997)
          .allMatch(letter -> letter.getValue().getReason().equals("TOO_MANY_CLASSES"));
      assertThat(harness.extractOutputValues()).hasSize(1);
      assertThat(ids(harness.extractOutputValues().get(0)))
          .containsExactly("image-0", "image-1", "image-2", "image-1000");
    }
  }

  @Test
  void embedsUnlabelledImagesBesideThem() throws Exception {
    try (KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> harness =
        window()) {
      harness.open();
      feed(harness, 0, "a", null, "b", null);

      List<MicroBatch> batches = harness.extractOutputValues();
      assertThat(batches).hasSize(1);
      assertThat(batches.get(0).purpose()).isEqualTo(Purpose.EMBED);
      assertThat(ids(batches.get(0))).containsExactly("image-1", "image-3");
    }
  }

  @Test
  void emitsWhatItHasAfterTheWait() throws Exception {
    try (KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> harness =
        window()) {
      harness.open();
      harness.setProcessingTime(0);
      feed(harness, 0, "a", "b", null);
      harness.setProcessingTime(4_999);
      assertThat(harness.extractOutputValues()).isEmpty();

      harness.setProcessingTime(5_000);

      assertThat(harness.extractOutputValues())
          .extracting(MicroBatch::purpose)
          .containsExactly(Purpose.TRAIN, Purpose.EMBED);
      assertThat(harness.numProcessingTimeTimers()).isZero();
    }
  }

  @Test
  void keepsWaitingImagesOverARestoreAndEmitsThemWhenTheInputEnds() throws Exception {
    OperatorSubtaskState snapshot;
    try (KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> harness =
        window()) {
      harness.open();
      feed(harness, 0, "a", "b", "c");
      snapshot = harness.snapshot(1, 1);
    }

    try (KeyedOneInputStreamOperatorTestHarness<String, AcceptedImage, MicroBatch> harness =
        window()) {
      harness.initializeState(snapshot);
      harness.open();
      harness.processWatermark(Watermark.MAX_WATERMARK);

      List<MicroBatch> batches = harness.extractOutputValues();
      assertThat(batches).hasSize(1);
      assertThat(ids(batches.get(0))).containsExactly("image-0", "image-1", "image-2");
    }
  }
}
