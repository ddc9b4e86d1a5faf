package io.rankstream.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.image.ImageDecoder;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.pipeline.event.DecodedImage;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.storage.JobManagerCheckpointStorage;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

class TwoHeadTrainerHarnessTest {

  private static final OutputTag<TrainingMetrics> METRICS =
      new OutputTag<>("metrics", TypeInformation.of(TrainingMetrics.class));
  private static final OutputTag<ModelVersion> VERSIONS =
      new OutputTag<>("versions", TypeInformation.of(ModelVersion.class));
  private static final JobConfig CONFIG = Fixtures.config("model.embedding-dimension", "16");

  private static KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding>
      trainer(int parallelism, int subtask) throws Exception {
    return trainer(CONFIG, parallelism, subtask);
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding>
      trainer(JobConfig config, int parallelism, int subtask) throws Exception {
    SerializerConfigImpl serializers = new SerializerConfigImpl();
    TypeSerializer<DecodedBatch> batches =
        TypeInformation.of(DecodedBatch.class).createSerializer(serializers);
    KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new TwoHeadTrainerFactory(config, batches, METRICS, VERSIONS),
            DecodedBatch::stream,
            Types.STRING,
            128,
            parallelism,
            subtask);
    harness.setCheckpointStorage(new JobManagerCheckpointStorage(64 << 20));
    harness.setup(TypeInformation.of(ImageEmbedding.class).createSerializer(serializers));
    return harness;
  }

  private static DecodedBatch batch(String stream, long number, Purpose purpose) throws Exception {
    ImageDecoder decoder = new ImageDecoder(CONFIG.model().input(), CONFIG.decode().limits());
    List<DecodedImage> images = new ArrayList<>();
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    for (int i = 0; i < 8; i++) {
      pixels.writeBytes(decoder.decode(Fixtures.png(i / 2, number * 100 + i)));
      String id = "%s-%d-%d".formatted(stream, number, i);
      images.add(new DecodedImage(id, "class-" + i / 2, 5, "images", 0, number * 8 + i, true));
    }
    return new DecodedBatch(
        stream, number, purpose, images, pixels.toByteArray(), new byte[0], List.of());
  }

  private static List<Long> steps(
      KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness) {
    return harness.getSideOutput(METRICS) == null
        ? List.of()
        : harness.getSideOutput(METRICS).stream()
            .map(StreamRecord::getValue)
            .map(TrainingMetrics::getStep)
            .toList();
  }

  @Test
  void embedsInTheOrderOfTheInputWithTheVersionAfterTheStep() throws Exception {
    try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
        trainer(1, 0)) {
      harness.open();
      harness.processElement(batch("a", 0, Purpose.TRAIN), 0);
      harness.processElement(batch("a", 1, Purpose.EMBED), 0);
      harness.processElement(batch("a", 2, Purpose.TRAIN), 0);
      harness.endInput();

      List<ImageEmbedding> embeddings = harness.extractOutputValues();
      assertThat(embeddings).hasSize(24);
      assertThat(embeddings.subList(0, 8))
          .allMatch(each -> each.getModelVersion() == 1 && each.getTrained());
      assertThat(embeddings.subList(8, 16))
          .allMatch(each -> each.getModelVersion() == 1 && !each.getTrained());
      assertThat(embeddings.subList(16, 24)).allMatch(each -> each.getModelVersion() == 2);
      assertThat(embeddings.get(9).getImageId()).isEqualTo("a-1-1");
      assertThat(embeddings.get(9).getSourceOffset()).isEqualTo(9);
      assertThat(steps(harness)).containsExactly(1L, 2L);
    }
  }

  @Test
  void scoresAlikeFromBothPassesWhereBatchNormIsFrozen() throws Exception {
    Map<String, List<Double>> accuracies = new TreeMap<>();
    for (String from : List.of("served", "in-step")) {
      JobConfig config =
          Fixtures.config(
              "model.embedding-dimension",
              "16",
              "model.batch-norm",
              "frozen",
              "embeddings.from",
              "in-step",
              "prequential.from",
              from);
      try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
          trainer(config, 1, 0)) {
        harness.open();
        for (int i = 0; i < 12; i++) {
          harness.processElement(batch("a", i, Purpose.TRAIN), 0);
        }
        harness.endInput();
        accuracies.put(
            from,
            harness.getSideOutput(METRICS).stream()
                .map(StreamRecord::getValue)
                .map(step -> step.getAccuracy().getMicro())
                .toList());
      }
    }

    assertThat(accuracies.get("in-step")).hasSize(12).isEqualTo(accuracies.get("served"));
    assertThat(accuracies.get("served").get(0))
        .describedAs("no class is known before the first step")
        .isZero();
    assertThat(accuracies.get("served").get(11)).isPositive();
  }

  @Test
  void keepsAModelForEachStream() throws Exception {
    try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
        trainer(1, 0)) {
      harness.open();
      harness.processElement(batch("a", 0, Purpose.TRAIN), 0);
      harness.processElement(batch("b", 0, Purpose.TRAIN), 0);
      harness.processElement(batch("a", 1, Purpose.TRAIN), 0);
      harness.endInput();

      assertThat(steps(harness)).containsExactly(1L, 1L, 2L);
      assertThat(harness.extractOutputValues())
          .extracting(ImageEmbedding::getSpaceId)
          .contains(
              "a/small-cnn-1x28x28-half-range-d16-c1000-s42",
              "b/small-cnn-1x28x28-half-range-d16-c1000-s42");
    }
  }

  @Test
  void restoresModelsAndGoesOnAsIfNothingHadHappened() throws Exception {
    List<ImageEmbedding> undisturbed;
    try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
        trainer(1, 0)) {
      harness.open();
      for (int i = 0; i < 6; i++) {
        harness.processElement(batch("a", i, Purpose.TRAIN), 0);
      }
      harness.endInput();
      undisturbed = harness.extractOutputValues();
    }

    List<ImageEmbedding> embeddings = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
        trainer(1, 0)) {
      harness.open();
      for (int i = 0; i < 4; i++) {
        harness.processElement(batch("a", i, Purpose.TRAIN), 0);
      }
      // Some of the batches are trained on by now, others wait; the snapshot takes either as they
      // are.
      harness.prepareSnapshotPreBarrier(1);
      embeddings.addAll(harness.extractOutputValues());
      snapshot = harness.snapshot(1, 1);
    }
    try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
        trainer(1, 0)) {
      harness.initializeState(snapshot);
      harness.open();
      for (int i = 4; i < 6; i++) {
        harness.processElement(batch("a", i, Purpose.TRAIN), 0);
      }
      harness.endInput();
      embeddings.addAll(harness.extractOutputValues());
    }

    assertThat(embeddings).isEqualTo(undisturbed);
  }

  @Test
  void takesModelsAlongWhenTheJobIsRescaled() throws Exception {
    List<String> streams = List.of("a", "b", "c", "d", "e", "f");
    OperatorSubtaskState snapshot;
    try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
        trainer(1, 0)) {
      harness.open();
      for (String stream : streams) {
        harness.processElement(batch(stream, 0, Purpose.TRAIN), 0);
      }
      harness.endInput();
      harness.prepareSnapshotPreBarrier(1);
      snapshot = harness.snapshot(1, 1);
    }

    Map<String, Long> steps = new TreeMap<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      OperatorSubtaskState part =
          AbstractStreamOperatorTestHarness.repartitionOperatorState(snapshot, 128, 1, 2, subtask);
      try (KeyedOneInputStreamOperatorTestHarness<String, DecodedBatch, ImageEmbedding> harness =
          trainer(2, subtask)) {
        harness.initializeState(part);
        harness.open();
        for (String stream : streams) {
          int owner = KeyGroupRangeAssignment.assignKeyToParallelOperator(stream, 128, 2);
          if (owner == subtask) {
            harness.processElement(batch(stream, 1, Purpose.TRAIN), 0);
          }
        }
        harness.endInput();
        if (harness.getSideOutput(METRICS) != null) {
          harness.getSideOutput(METRICS).stream()
              .map(StreamRecord::getValue)
              .forEach(metrics -> steps.put(metrics.getStream(), metrics.getStep()));
        }
      }
    }

    assertThat(steps)
        .isEqualTo(streams.stream().collect(Collectors.toMap(stream -> stream, stream -> 2L)));
  }
}
