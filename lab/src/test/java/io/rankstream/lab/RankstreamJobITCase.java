package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ai.djl.Device;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.OnFailure;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job on a real broker and a real cluster, both in this process. */
class RankstreamJobITCase {

  @TempDir Path checkpoints;
  private static TestKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void embedsEveryAcceptedImageAndTrainsInBalance() throws Exception {
    TopicNames names = kafka.topics("whole");
    List<byte[]> values = Fixtures.longTail(10, 400);
    kafka.send(names.images(), values);

    kafka.run(bounded(names));

    for (ConsumerRecord<byte[], byte[]> record : kafka.records(names.embeddings())) {
      ImageEmbedding embedding = ImageEmbedding.getDecoder().decode(record.value());
      assertThat(RecordKey.parse(record.key()))
          .contains(new RecordKey("default", embedding.getImageId()));
    }
    List<ImageEmbedding> embeddings = kafka.embeddings(names);
    Set<String> ids = new HashSet<>();
    embeddings.forEach(embedding -> ids.add(embedding.getImageId()));
    assertThat(ids).hasSize(values.size());
    assertThat(kafka.deadLetters(names)).isEmpty();
    for (ImageEmbedding embedding : embeddings) {
      double squares =
          embedding.getEmbedding().stream().mapToDouble(value -> (double) value * value).sum();
      assertThat(embedding.getEmbedding()).hasSize(32);
      assertThat(squares).isCloseTo(1, within(1e-4));
      assertThat(embedding.getSpaceId())
          .isEqualTo("default/small-cnn-1x28x28-half-range-d32-c1000-s42");
    }

    List<TrainingMetrics> metrics = kafka.metrics(names);
    assertThat(metrics).hasSizeGreaterThan(20);
    Map<String, Integer> slots = new TreeMap<>();
    for (int i = 0; i < metrics.size(); i++) {
      assertThat(metrics.get(i).getStep()).isEqualTo(i + 1);
      metrics.get(i).getClassCounts().forEach((label, n) -> slots.merge(label, n, Integer::sum));
    }
    assertThat(slots).hasSize(10);
    TrainingMetrics last = metrics.get(metrics.size() - 1);
    assertThat(last.getLoss()).isLessThan(0.75 * metrics.get(0).getLoss()); // the rate warms up
    assertThat(last.getAccuracy().getMicro()).isGreaterThan(0.5);
  }

  @Test
  void aModelThatDivergesStopsTheJobForGoodAndPublishesNoRubbish() throws Exception {
    TopicNames names = kafka.topics("diverging");
    kafka.send(names.images(), Fixtures.longTail(10, 400));
    JobSettings settings =
        bounded(names)
            .with(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
            .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 1_000_000)
            .with(JobOptions.GUARD_ON_FAILURE, OnFailure.STOP_JOB)
            .with(JobOptions.GUARD_PATIENCE, 3)
            .with(JobOptions.OPTIMIZER_LEARNING_RATE, 10.0)
            .with(JobOptions.OPTIMIZER_HEADS_FACTOR, 1e6)
            // Each step makes the heads 10⁷ times as large.
            .with(JobOptions.OPTIMIZER_WEIGHT_DECAY, 0.9);

    assertThatThrownBy(() -> kafka.run(settings))
        .hasRootCauseInstanceOf(TrainingFailedException.class)
        .rootCause()
        .hasMessageContaining("The model was rolled back 4 times within 1,000 steps")
        .hasMessageContaining("Lower the learning rate");

    assertThat(kafka.embeddings(names))
        .allSatisfy(each -> assertThat(each.getEmbedding()).allMatch(Float::isFinite));
  }

  /** Embeddings follow the model, and each is what the published file of its version gives. */
  @Test
  void embeddingsGrowOldAndNewWithThePublishedVersions(@TempDir Path models) throws Exception {
    TopicNames names = kafka.topics("models");
    JobClient job =
        kafka.start(
            kafka
                .settings(names, checkpoints)
                .with(JobOptions.VERSIONS_DIRECTORY, models.toUri().toString())
                .with(JobOptions.VERSIONS_EVERY_STEPS, 10L)
                .with(JobOptions.EMBED_EVERY_STEPS, 10)
                .with(JobOptions.EMBEDDINGS_REFRESH, 8)
                .with(RestartStrategyOptions.RESTART_STRATEGY, "none"));
    Map<String, byte[]> images = new HashMap<>();
    Set<Long> embedding = Set.of();
    while (embedding.size() < 2) {
      List<byte[]> values = new ArrayList<>();
      for (int i = images.size(); values.size() < 200; i++) {
        byte[] png = Fixtures.png(i % 10, i);
        images.put("image-" + i, png);
        values.add(Fixtures.envelope("image-" + i, "default", "class-" + i % 10, png));
      }
      kafka.send(names.images(), values);
      await().atMost(Duration.ofMinutes(2)).until(() -> kafka.isInputTaken(names));
      embedding =
          kafka.modelVersions(names).stream()
              .map(ModelVersion::getModelVersion)
              .filter(version -> !ofVersion(names, version).isEmpty())
              .collect(Collectors.toSet());
    }
    job.cancel().get();

    assertVersionsGrow(kafka.embeddings(names));
    PublishedFiles.assertAsAnnounced(kafka.modelVersions(names));
    for (ModelVersion version : kafka.modelVersions(names)) {
      Path file = Path.of(URI.create(version.getUri()));
      assertThat(version.getSizeBytes()).isEqualTo(Files.size(file));
      try (TwoHeadModel model = TwoHeadModel.read(file, Device.cpu())) {
        for (ImageEmbedding each : ofVersion(names, version.getModelVersion())) {
          assertThat(each.getSpaceId()).isEqualTo(version.getSpaceId());
          float[] again = embed(model, images.get(each.getImageId()));
          for (int i = 0; i < again.length; i++) {
            assertThat(again[i]).isCloseTo(each.getEmbedding().get(i), within(1e-5f));
          }
        }
      }
    }
  }

  private static List<ImageEmbedding> ofVersion(TopicNames names, long version) {
    return kafka.embeddings(names).stream()
        .filter(each -> each.getModelVersion() == version)
        .toList();
  }

  /** Versions of the topic never fall, and some images have an embedding of several. */
  private static void assertVersionsGrow(List<ImageEmbedding> embeddings) {
    Map<String, ImageEmbedding> newest = new HashMap<>();
    int renewed = 0;
    long version = 0;
    for (ImageEmbedding each : embeddings) {
      assertThat(each.getModelVersion()).isGreaterThanOrEqualTo(version);
      version = each.getModelVersion();
      ImageEmbedding before = newest.put(each.getImageId(), each);
      if (before != null && before.getModelVersion() < version) {
        assertThat(each.getTrained()).isTrue();
        assertThat(each.getEmbedding()).isNotEqualTo(before.getEmbedding());
        renewed++;
      }
    }
    assertThat(renewed).isPositive();
  }

  @Test
  void sendsPoisonToDeadLettersAndGoesOn() throws Exception {
    TopicNames names = kafka.topics("poison");
    List<byte[]> values = new ArrayList<>(Fixtures.longTail(10, 200));
    int good = values.size();
    byte[] png = Fixtures.png(1, 1);
    byte[] huge = png.clone();
    ByteBuffer.wrap(huge).putInt(16, 60_000).putInt(20, 60_000);
    byte[] noise = new byte[300];
    new Random(4).nextBytes(noise);
    byte[] jpeg = Fixtures.jpeg(2, 2);
    ByteBuffer wrongSchema = DeadLetter.newBuilder(deadLetter()).build().toByteBuffer();
    byte[] otherRecord = new byte[wrongSchema.remaining()];
    wrongSchema.get(otherRecord);
    byte[] truncatedEnvelope = Fixtures.envelope("x", "default", "a", png);
    Map<String, byte[]> poison = new HashMap<>();
    poison.put("ENVELOPE_INVALID noise", noise);
    poison.put(
        "ENVELOPE_INVALID cut", Arrays.copyOf(truncatedEnvelope, truncatedEnvelope.length / 2));
    poison.put("SCHEMA_UNKNOWN", otherRecord);
    poison.put(
        "IMAGE_CORRUPT jpeg",
        Fixtures.envelope("p1", "default", "class-1", Arrays.copyOf(jpeg, jpeg.length - 40)));
    poison.put("IMAGE_TOO_LARGE", Fixtures.envelope("p2", "default", "class-1", huge));
    poison.put("IMAGE_EMPTY", Fixtures.envelope("p3", "default", "class-1", new byte[0]));
    poison.put("STREAM_UNKNOWN", Fixtures.envelope("p4", "elsewhere", "class-1", png));
    poison.put("LABEL_INVALID", Fixtures.envelope("p5", "default", "l".repeat(1_000_000), png));
    poison.put("IMAGE_ID_INVALID", Fixtures.envelope(" ", "default", "class-1", png));
    poison.put("KEY_INVALID", null);
    Map<Long, String> expected = new TreeMap<>();
    int position = 5;
    for (Map.Entry<String, byte[]> entry : poison.entrySet()) {
      values.add(position, entry.getValue());
      expected.put((long) position, entry.getKey().replaceFirst(" .*", ""));
      position += 7;
    }
    kafka.send(names.images(), values);

    kafka.run(bounded(names));

    Map<Long, String> reasons = new TreeMap<>();
    for (DeadLetter letter : kafka.deadLetters(names)) {
      reasons.put(letter.getSourceOffset(), letter.getReason());
      assertThat(letter.getSourceTopic()).isEqualTo(names.images());
      assertThat(letter.getSourcePartition()).isZero();
      byte[] sent = values.get((int) letter.getSourceOffset());
      assertThat(letter.getValue()).isEqualTo(sent == null ? null : ByteBuffer.wrap(sent));
    }
    assertThat(reasons).isEqualTo(expected);
    Set<String> ids = new HashSet<>();
    kafka.embeddings(names).forEach(embedding -> ids.add(embedding.getImageId()));
    assertThat(ids).hasSize(good);
  }

  private static DeadLetter deadLetter() {
    return RejectionReason.IMAGE_EMPTY.letter(
        Fixtures.record(0, new byte[] {1, 2, 3}), "a record of another schema");
  }

  private JobSettings bounded(TopicNames names) {
    return kafka
        .settings(names, checkpoints)
        .with(JobOptions.INPUT_BOUNDED, true)
        .with(RestartStrategyOptions.RESTART_STRATEGY, "none");
  }

  private static float[] embed(TwoHeadModel model, byte[] encoded) throws Exception {
    InputSpec input = model.architecture().input();
    byte[] pixels = new ImageDecoder(input, DecodeLimits.defaults()).decode(encoded);
    return model
        .embed(new PixelBatch(1, input.channels(), input.height(), input.width(), pixels))
        .get(0)
        .embedding();
  }
}
