package io.rankstream.pipeline.drift;

import static io.rankstream.pipeline.HandedVersions.START;
import static io.rankstream.pipeline.HandedVersions.version;
import static io.rankstream.pipeline.drift.DriftHarness.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.evaluation.EmbeddingDrift;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.safetensors.SafeTensors;
import io.rankstream.model.safetensors.SafeTensorsWriter;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.drift.AnchorInput.Kind;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.DriftFigures;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochRequest;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class MeasureDriftHarnessTest {

  private static final JobConfig CONFIG = config();

  @TempDir private static Path weights;
  private static VersionPointer first;
  private static VersionPointer second;
  private static VersionPointer third;

  private static JobConfig config(String... more) {
    String[] common = {
      "model.embedding-dimension", "8",
      "input.streams", "a;b",
      "drift.anchors", "32",
      "drift.every-steps", "2"
    };
    return Fixtures.config(
        Stream.concat(Arrays.stream(common), Arrays.stream(more)).toArray(String[]::new));
  }

  @BeforeAll
  static void train() throws IOException {
    first = version(CONFIG, weights, "a", 1);
    second = version(CONFIG, weights, "a", 3);
    third = version(CONFIG, weights, "a", 5);
  }

  @Test
  void comparesAVersionWithTheOneBeforeAndWithTheBase() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      assertThat(drift.records()).as("nothing to compare with").isEmpty();
      assertThat(drift.gauge("driftCosineShift")).isNaN();

      drift.measure(second);
      assertThat(against(drift)).as("the version before is the base").containsExactly(1L);

      drift.measure(third);
      assertThat(against(drift)).containsExactly(1L, 3L, 1L);
      assertThat(drift.gauge("driftVersion")).isEqualTo(5);
      assertThat(drift.gauge("driftBaseVersion")).isEqualTo(1);
      assertThat(drift.gauge("driftCosineShift"))
          .isEqualTo(drift.records().get(2).getDrift().getMeanCosineShift());
      assertThat(drift.gauge("driftCosineShiftOfLast"))
          .isEqualTo(drift.records().get(1).getDrift().getMeanCosineShift());
      ModelVersion last = drift.records().get(2);
      assertThat(last.getStream()).isEqualTo("a");
      assertThat(last.getModelVersion()).isEqualTo(5);
      assertThat(last.getLineage()).isEqualTo("lineage");
      assertThat(last.getSpaceId()).startsWith("a/small-cnn");
      assertThat(last.getUri()).isEmpty();
      DriftFigures figures = last.getDrift();
      assertThat(figures.getAnchors()).isEqualTo(32);
      assertThat(figures.getMapUri()).isEmpty();
      assertThat(figures.getRecallAt1Mapped()).isNull();
      EmbeddingDrift expected =
          EmbeddingDrift.withoutMap(embeddings(first), embeddings(third), labels());
      assertThat(figures.getMeanCosineShift())
          .isPositive()
          .isCloseTo(expected.cosineShift(), within(1e-6));
      assertThat(figures.getNeighbourOverlapAt10()).isEqualTo(expected.overlap());
      assertThat(figures.getRecallAt1NewInNew()).isEqualTo(expected.recallWithin());
      assertThat(figures.getRecallAt1NewInOld()).isEqualTo(expected.recallAcross());
    }
  }

  @Test
  void asksForAnEpochWhenTheStreamHasMovedAndCountsFromThere() throws Exception {
    JobConfig sensitive =
        config("embeddings.follow", "epochs", "embeddings.refresh", "0", "epochs.drift", "1e-9");
    try (DriftHarness drift = DriftHarness.started(sensitive, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      assertThat(drift.wishes()).isEmpty();

      drift.measure(second);
      drift.measure(third);

      assertThat(drift.wishes())
          .extracting(EpochRequest::getStream, EpochRequest::getAction)
          .containsExactly(tuple("a", EpochAction.OPEN), tuple("a", EpochAction.OPEN));
      assertThat(against(drift)).as("the version that asked is the base").containsExactly(1L, 3L);
      assertThat(drift.gauge("driftBaseVersion")).isEqualTo(5);
    }
  }

  @Test
  void measuresNoMoreOftenThanItIsTold() throws Exception {
    VersionPointer soon = version(CONFIG, weights, "a", 2);
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      drift.tell(soon); // one step after the last
      drift.measure(second);

      assertThat(drift.records()).extracting(ModelVersion::getModelVersion).containsExactly(3L);
    }
  }

  @Test
  void whileItMeasuresTheNewestVersionWins() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.tell(first);
      drift.tell(second);
      drift.tell(third);
      drift.awaitResult();
      drift.awaitResult();

      assertThat(drift.records()).extracting(ModelVersion::getModelVersion).containsExactly(5L);
    }
  }

  static Stream<StateBackend> backends() {
    return Stream.of(new HashMapStateBackend(), new EmbeddedRocksDBStateBackend());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aRestartLosesNothing(StateBackend backend) throws Exception {
    OperatorSubtaskState state;
    List<ModelVersion> uninterrupted;
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights, backend)) {
      drift.offer("a", 0, 40);
      drift.measure(first);
      drift.measure(second);
      state = drift.snapshot(1, 1);
      drift.measure(third);
      uninterrupted = drift.records().subList(1, 3);
    }

    try (DriftHarness drift = DriftHarness.restored(CONFIG, weights, state, backend)) {
      drift.measure(third); // before any image

      assertThat(drift.records())
          .extracting(ModelVersion::getDrift)
          .containsExactlyElementsOf(uninterrupted.stream().map(ModelVersion::getDrift).toList());
    }
  }

  @Test
  void theAnchorsMoveWithTheirStream() throws Exception {
    OperatorSubtaskState state;
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.offer("b", 0, 16);
      drift.measure(first);
      state = drift.snapshot(1, 1);
    }

    int owner = DriftHarness.owner("a", 2);
    assertThat(DriftHarness.owner("b", 2)).isNotEqualTo(owner);
    try (DriftHarness ofA = DriftHarness.restored(CONFIG, weights, state, 2, owner);
        DriftHarness ofB = DriftHarness.restored(CONFIG, weights, state, 2, 1 - owner)) {
      assertThat(ofA.anchors("a")).isEqualTo(32);
      assertThat(ofA.anchors("b")).isZero();
      assertThat(ofB.anchors("b")).isEqualTo(16);
      ofB.tell(second); // all subtasks are told of all streams
      ofA.measure(second);

      assertThat(ofB.hasResult()).isFalse();
      assertThat(ofB.records()).isEmpty();
      assertThat(against(ofA)).containsExactly(1L);
    }
  }

  @Test
  void aStreamThatIsTakenOutKeepsItsAnchors() throws Exception {
    JobConfig withoutA = config("input.streams", "b");
    OperatorSubtaskState state;
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      state = drift.snapshot(1, 1);
    }
    try (DriftHarness drift = DriftHarness.restored(withoutA, weights, state, 1, 0)) {
      drift.tell(second);
      assertThat(drift.anchors("a")).isZero();
      state = drift.snapshot(2, 2);
    }

    try (DriftHarness drift = DriftHarness.restored(CONFIG, weights, state, 1, 0)) {
      drift.measure(second);

      assertThat(against(drift)).containsExactly(1L);
    }
  }

  @Test
  void aForgottenImageLeavesTheAnchorsAndTheState() throws Exception {
    OperatorSubtaskState state;
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      for (int i = 0; i < 20; i++) {
        drift.process(new AnchorInput(Kind.FORGET, Fixtures.key("a"), "image-" + i, null, 0, null));
      }
      assertThat(drift.anchors("a")).isEqualTo(12);
      state = drift.snapshot(1, 1);
    }

    try (DriftHarness drift = DriftHarness.restored(CONFIG, weights, state, 1, 0)) {
      assertThat(drift.anchors("a")).isEqualTo(12);
      drift.measure(second);

      assertThat(drift.records().get(0).getDrift().getAnchors()).isEqualTo(12);
    }
  }

  @Test
  void anImageWithOtherContentIsNoLongerTheSameAnchor() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 8);
      AnchorInput same = image("a", 0);
      drift.process(new AnchorInput(Kind.PASS, same.key(), same.imageId(), same.label(), 0, null));
      assertThat(drift.anchors("a")).as("a repeat changes nothing").isEqualTo(8);

      drift.process(new AnchorInput(Kind.PASS, same.key(), same.imageId(), same.label(), 99, null));
      assertThat(drift.anchors("a")).isEqualTo(7);

      drift.process(
          new AnchorInput(Kind.OFFER, same.key(), "image-1", "class-2", 1, image("a", 1).pixels()));
      assertThat(drift.anchors("a")).as("another label").isEqualTo(7);
      drift.measure(first);
      drift.measure(second);
      // Of class-0 image 4, of class-1 image 5, of class-2 images 1, 2 and 6, of class-3 two.
      assertThat(drift.records().get(0).getDrift().getAnchors()).isEqualTo(5);
    }
  }

  /** What changed while it was measured has no embeddings that are compared later. */
  @Test
  void anImageThatChangesDuringTheMeasurementHasNoPartInIt() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 16);
      drift.tell(first);
      AnchorInput changed = image("a", 17);
      drift.process(
          new AnchorInput(Kind.OFFER, changed.key(), "image-1", "class-1", 17, changed.pixels()));
      drift.process(new AnchorInput(Kind.FORGET, changed.key(), "image-2", null, 0, null));
      drift.awaitResult();
      drift.measure(second);

      assertThat(drift.records().get(0).getDrift().getAnchors()).isEqualTo(14);
    }
  }

  @Test
  void aBaseThatFewAnchorsKnowIsReplaced() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 8);
      drift.measure(first);
      drift.offer("a", 8, 32);
      drift.measure(second);
      assertThat(against(drift)).as("for the last time").containsExactly(1L);
      assertThat(drift.records().get(0).getDrift().getAnchors()).isEqualTo(8);

      drift.measure(third);

      assertThat(against(drift)).containsExactly(1L, 3L);
      assertThat(drift.records().get(1).getDrift().getAnchors()).isEqualTo(32);
    }
  }

  /** It may be deleted as soon as a newer one was told and a checkpoint is complete. */
  @Test
  void aVersionWhoseFileIsGoneIsSkipped() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      drift.measure(new VersionPointer("a", "lineage", START, 3, "gone.safetensors"));
      assertThat(drift.records()).isEmpty();
      assertThat(drift.count("numDriftVersionsSkipped")).isEqualTo(1);

      drift.measure(third);

      assertThat(against(drift)).containsExactly(1L);
      assertThat(drift.count("numDriftMeasurements")).isEqualTo(2);
    }
  }

  @Test
  void aVersionThatGivesNoNumbersIsSkipped() throws Exception {
    SafeTensors good = SafeTensors.open(weights.resolve(second.file()));
    SafeTensorsWriter broken = new SafeTensorsWriter(good.metadata());
    for (String name : good.names()) {
      float[] values = good.floats(name);
      values[0] = name.startsWith("embedding") ? Float.NaN : values[0];
      long[] shape = good.shape(name).stream().mapToLong(Long::longValue).toArray();
      broken.add(name, shape, writer -> writer.write(values));
    }
    try (OutputStream out = Files.newOutputStream(weights.resolve("broken"))) {
      broken.writeTo(out);
    }

    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(new VersionPointer("a", "lineage", START, 1, "broken"));
      drift.measure(second);
      assertThat(drift.records()).as("it is the first that was measured").isEmpty();
      drift.measure(third);

      assertThat(against(drift)).containsExactly(3L);
    }
  }

  @Test
  void aModelWithAnotherSpaceBeginsAnew() throws Exception {
    OperatorSubtaskState state;
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      state = drift.snapshot(1, 1);
    }

    JobConfig wider = config("model.embedding-dimension", "12");
    Path others = Files.createDirectory(weights.resolve("wider"));
    try (DriftHarness drift = DriftHarness.restored(wider, others, state, 1, 0)) {
      drift.measure(version(wider, others, "a", 3));
      assertThat(drift.records()).isEmpty();
      drift.measure(version(wider, others, "a", 5));

      assertThat(against(drift)).containsExactly(3L);
    }
  }

  @Test
  void imagesOfAnotherSizeLeave() throws Exception {
    OperatorSubtaskState state;
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      state = drift.snapshot(1, 1);
    }

    JobConfig larger = config("model.height", "32", "model.width", "32");
    try (DriftHarness drift = DriftHarness.restored(larger, weights, state, 1, 0)) {
      assertThat(drift.anchors("a")).isZero();
      drift.tell(version(larger, Files.createDirectory(weights.resolve("larger")), "a", 3));

      assertThat(drift.hasResult()).as("there is nothing to embed").isFalse();
    }
  }

  @Test
  void fewerPlacesKeepABalancedPart() throws Exception {
    OperatorSubtaskState state;
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      state = drift.snapshot(1, 1);
    }

    JobConfig fewer = config("drift.anchors", "16");
    try (DriftHarness drift = DriftHarness.restored(fewer, weights, state, 1, 0)) {
      assertThat(drift.anchors("a")).isEqualTo(16);
      drift.measure(second);

      assertThat(drift.records().get(0).getDrift().getAnchors()).isEqualTo(16);
    }
  }

  @Test
  void publishesTheMapFromTheBase() throws Exception {
    Path versions = Files.createDirectory(weights.resolve("versions"));
    JobConfig mapped =
        config("drift.map", "true", "versions.directory", versions.toUri().toString());
    try (DriftHarness drift = DriftHarness.started(mapped, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      drift.measure(second);
      drift.measure(third);

      assertThat(drift.records()).hasSize(3);
      assertThat(drift.records().get(1).getDrift().getMapUri())
          .as("against the version before")
          .isEmpty();
      DriftFigures figures = drift.records().get(2).getDrift();
      Path file = Path.of(URI.create(figures.getMapUri()));
      assertThat(DigestUtils.sha256Hex(Files.readAllBytes(file))).isEqualTo(figures.getMapSha256());
      EmbeddingDrift expected =
          EmbeddingDrift.between(embeddings(first), embeddings(third), labels());
      assertThat(figures.getMapResidual()).isCloseTo(expected.residual(), within(1e-5));
      assertThat(figures.getRecallAt1Mapped()).isEqualTo(expected.recallMapped());
      assertThat(SafeTensors.open(file).metadata())
          .containsEntry("rankstream.from_version", "1")
          .containsEntry("rankstream.model_version", "5");
    }
  }

  @Test
  void withoutItsStoreAMeasurementHasNoMap() throws Exception {
    Path versions = weights.resolve("in-the-way");
    Files.writeString(versions, "no directory");
    JobConfig mapped =
        config("drift.map", "true", "versions.directory", versions.toUri().toString());
    try (DriftHarness drift = DriftHarness.started(mapped, weights)) {
      drift.offer("a", 0, 32);
      drift.measure(first);
      drift.measure(second);

      DriftFigures figures = drift.records().get(0).getDrift();
      assertThat(figures.getMapUri()).isEmpty();
      assertThat(figures.getMapResidual()).isNull();
      assertThat(figures.getMeanCosineShift()).isPositive();
      assertThat(drift.count("numDriftMapFailures")).isEqualTo(1);
    }
  }

  @Test
  void theEndOfTheInputWaitsForTheMeasurement() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.tell(first);
      drift.tell(second);
      drift.endInput();

      assertThat(against(drift)).containsExactly(1L);
    }
  }

  @Test
  void aTaskThatEndsInAMeasurementEndsInOrder() throws Exception {
    try (DriftHarness drift = DriftHarness.started(CONFIG, weights)) {
      drift.offer("a", 0, 32);
      drift.tell(first);
    }
  }

  private static List<Long> against(DriftHarness drift) {
    return drift.records().stream().map(each -> each.getDrift().getAgainstVersion()).toList();
  }

  /** The numbers 0 to 31 in the order of the anchors' ids. */
  private static List<Integer> numbers() {
    return IntStream.range(0, 32).boxed().sorted(Comparator.comparing(String::valueOf)).toList();
  }

  /** What a version makes of the images 0 to 31. */
  private static List<float[]> embeddings(VersionPointer pointer) throws IOException {
    List<float[]> embeddings = new ArrayList<>();
    try (TwoHeadModel model = TwoHeadModel.read(weights.resolve(pointer.file()), Device.cpu())) {
      for (int number : numbers()) {
        PixelBatch batch = new PixelBatch(1, 1, 28, 28, image("a", number).pixels());
        embeddings.add(model.embed(batch).stream().map(EmbeddedImage::embedding).toList().get(0));
      }
    }
    return embeddings;
  }

  private static int[] labels() {
    return numbers().stream().mapToInt(number -> number % 4).toArray();
  }
}
