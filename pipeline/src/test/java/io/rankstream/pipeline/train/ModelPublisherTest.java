package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.CONFIG;
import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.ModelFile;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPublisherTest {

  private static final Instant START = Instant.ofEpochMilli(1_700_000_000_000L);
  private static final PrequentialFigures ACCURACY =
      PrequentialFigures.newBuilder().setMicro(0.75).setMacro(0.5).build();

  private final OnlineTrainer trainer = OnlineTrainer.create(CONFIG.model(), Device.cpu());

  @TempDir private Path directory;

  @AfterEach
  void closeTrainer() {
    trainer.close();
  }

  @Test
  void publishesAfterEachNumberOfSteps() throws Exception {
    ModelPublisher publisher = publisher("a", 2, Duration.ZERO);

    assertThat(stepAt(publisher, START)).isEmpty();
    assertThat(stepAt(publisher, START)).map(ModelVersion::getModelVersion).hasValue(2L);
    assertThat(stepAt(publisher, START)).isEmpty();
    assertThat(stepAt(publisher, START)).map(ModelVersion::getModelVersion).hasValue(4L);
  }

  @Test
  void publishesWhenTheTimeSinceTheLastVersionHasPassed() throws Exception {
    ModelPublisher publisher = publisher("a", 0, Duration.ofSeconds(10));

    assertThat(stepAt(publisher, START.plusMillis(9_999))).isEmpty();
    assertThat(stepAt(publisher, START.plusMillis(12_000))).isPresent();
    assertThat(stepAt(publisher, START.plusMillis(21_999))).isEmpty();
    assertThat(stepAt(publisher, START.plusMillis(22_000)))
        .map(ModelVersion::getModelVersion)
        .hasValue(4L);
  }

  @Test
  void stepsOrTimePublishWhicheverComesFirst() throws Exception {
    ModelPublisher publisher = publisher("a", 2, Duration.ofSeconds(10));

    assertThat(stepAt(publisher, START.plusMillis(10_000))).isPresent();
    assertThat(stepAt(publisher, START.plusMillis(10_001))).isEmpty();
    assertThat(stepAt(publisher, START.plusMillis(10_002))).isPresent();
  }

  @Test
  void publishesTheLastStepsAtTheEndAndNothingTwice() throws Exception {
    ModelPublisher publisher = publisher("a", 2, Duration.ZERO);
    stepAt(publisher, START);
    stepAt(publisher, START);
    assertThat(publisher.atEnd(trainer, ACCURACY, START)).isEmpty();

    stepAt(publisher, START);

    assertThat(publisher.atEnd(trainer, ACCURACY, START))
        .map(ModelVersion::getModelVersion)
        .hasValue(3L);
    assertThat(publisher.atEnd(trainer, ACCURACY, START)).isEmpty();
  }

  @Test
  void aModelWithoutAStepIsNotPublished() throws Exception {
    assertThat(publisher("a", 1, Duration.ZERO).atEnd(trainer, ACCURACY, START)).isEmpty();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void withoutADirectoryNothingIsPublished() throws Exception {
    ModelPublisher publisher =
        new ModelPublisher(
            new JobConfig.Versions("", 1, Duration.ofMillis(1)), "a", "L1", START.toEpochMilli());

    assertThat(stepAt(publisher, START.plusMillis(5))).isEmpty();
    assertThat(publisher.atEnd(trainer, ACCURACY, START.plusMillis(5))).isEmpty();
  }

  @Test
  void announcesTheFileThatItWrote() throws Exception {
    ModelVersion version = stepAt(publisher("a", 1, Duration.ZERO), START).orElseThrow();

    Path file =
        directory.resolve("a").resolve(trainer.spaceIdSuffix()).resolve("v000000001.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    assertThat(Path.of(URI.create(version.getUri()))).isEqualTo(file);
    assertThat(version.getSha256()).isEqualTo(DigestUtils.sha256Hex(bytes));
    assertThat(version.getSizeBytes()).isEqualTo(bytes.length);
    assertThat(version.getStream()).isEqualTo("a");
    assertThat(version.getSpaceId()).isEqualTo("a/" + trainer.spaceIdSuffix());
    assertThat(version.getPublishedAt()).isEqualTo(START);
    assertThat(version.getAccuracy()).isEqualTo(ACCURACY);
  }

  @Test
  void theFileHoldsTheExportedModel() throws Exception {
    ModelVersion version = stepAt(publisher("a", 1, Duration.ZERO), START).orElseThrow();

    ByteArrayOutputStream exported = new ByteArrayOutputStream();
    trainer.export("a", "L1", exported);
    Path file = Path.of(URI.create(version.getUri()));
    assertThat(file).hasBinaryContent(exported.toByteArray());
    assertThat(ModelFile.read(file).labels())
        .containsExactly("class-0", "class-1", "class-2", "class-3");
  }

  @Test
  void theNameOfTheStreamCannotLeaveTheDirectory() throws Exception {
    ModelVersion version = stepAt(publisher("../a b", 1, Duration.ZERO), START).orElseThrow();

    assertThat(Path.of(URI.create(version.getUri())).getParent().getParent())
        .isEqualTo(directory.resolve("..%2Fa+b"));
  }

  @Test
  void theStateIsTheLastPublishedStepAlone() throws Exception {
    ModelPublisher publisher = publisher("a", 1, Duration.ZERO);
    stepAt(publisher, START);
    byte[] state = state(publisher);

    assertThat(ByteBuffer.wrap(state).getLong()).isEqualTo(1);
    assertThat(state).hasSize(Long.BYTES);
    ModelPublisher restored = publisher("a", 1, Duration.ZERO);
    restored.readFrom(input(state));
    assertThat(restored.atEnd(trainer, ACCURACY, START)).isEmpty();
    assertThat(stepAt(restored, START)).map(ModelVersion::getModelVersion).hasValue(2L);
    DataInputStream passed = input(state);
    ModelPublisher.skip(passed);
    assertThat(passed.available()).isZero();
  }

  @Test
  void aStepThatIsRepeatedAfterARestoreOverwritesItsFile() throws Exception {
    ModelPublisher publisher = publisher("a", 1, Duration.ZERO);
    byte[] before = state(publisher);
    ModelVersion first = stepAt(publisher, START).orElseThrow();
    ModelPublisher restored = publisher("a", 1, Duration.ZERO);
    restored.readFrom(input(before));
    Path file = Path.of(URI.create(first.getUri()));
    Files.writeString(file, "half a fi"); // as a crash may leave it

    ModelVersion second = restored.afterStep(trainer, ACCURACY, START).orElseThrow();

    assertThat(second).isEqualTo(first);
    assertThat(DigestUtils.sha256Hex(Files.readAllBytes(file))).isEqualTo(first.getSha256());
  }

  private ModelPublisher publisher(String stream, long everySteps, Duration every) {
    return new ModelPublisher(
        new JobConfig.Versions(directory.toString(), everySteps, every),
        stream,
        "L1",
        START.toEpochMilli());
  }

  /** Takes a step, which ends at an instant. */
  private Optional<ModelVersion> stepAt(ModelPublisher publisher, Instant now) throws Exception {
    MicroBatch batch = batch("a", trainer.step());
    trainer.learn(TrainingBatches.pixels(batch), TrainingBatches.labels(batch));
    return publisher.afterStep(trainer, ACCURACY, now);
  }

  private static byte[] state(ModelPublisher publisher) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    publisher.writeTo(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream input(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
