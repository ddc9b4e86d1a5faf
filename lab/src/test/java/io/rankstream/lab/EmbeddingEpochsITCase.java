package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.Follow;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.epoch.EpochControl;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.SweptPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An epoch opens, images arrive meanwhile, and a task manager ends in the middle: when the epoch is
 * complete, every image of the topic has an embedding of its version, made once.
 */
class EmbeddingEpochsITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String CONTROL = "epochs.control";

  @TempDir private static Path checkpoints;
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
  void anEpochEmbedsTheWholeTopicAgainWhileTheJobGoesOn() throws Exception {
    TopicNames names = kafka.topics("epochs");
    Topics.createControl(kafka.clients(), CONTROL);
    EpochControl control = new EpochControl(kafka.clients(), CONTROL);
    ModelVersion complete;
    try (TestCluster cluster = new TestCluster(2, 1)) {
      JobClient job = cluster.submit(settings(names));
      send(names, images("old", 200));
      send(names, List.of(deletion("cats", "old-60"), image("cats", "old-200")));
      await().atMost(PATIENCE).until(() -> versions(names, "cats", "old-200").size() == 1);

      control.send("cats", EpochAction.OPEN);
      await().atMost(PATIENCE).until(() -> mark(names, EpochState.OPENED).isPresent());
      send(names, images("new", 60));
      send(names, images("old", 10)); // images that are there
      send(names, List.of(deletion("cats", "old-190"))); // swept late
      cluster.replaceTaskManager(0); // both have a part of the job
      control.send("cats", EpochAction.OPEN); // one is open

      await().atMost(PATIENCE).until(() -> mark(names, EpochState.COMPLETE).isPresent());
      complete = mark(names, EpochState.COMPLETE).orElseThrow();
      assertEveryImageIsEmbedded(names, complete); // before anything else happens

      send(names, images("last", 20));
      await().atMost(PATIENCE).until(() -> versions(names, "cats", "last-18").size() == 1);
      job.cancel().get();
    }

    assertThat(marks(names))
        .extracting(each -> each.getEpoch().getState())
        .containsExactly(EpochState.OPENED, EpochState.COMPLETE);
    assertThat(complete.getModelVersion()).isPositive();
    assertThat(complete.getEpoch().getPreviousVersion()).isZero();
    assertThat(versions(names, "cats", "old-2").get(0)).isZero();
    assertThat(versions(names, "cats", "old-100"))
        .as("embedded when it arrived, and once for the epoch")
        .containsExactly(0L, complete.getModelVersion());
    assertThat(versions(names, "cats", "new-2"))
        .as("embedded under both when it arrived")
        .endsWith(0L, complete.getModelVersion());
    assertThat(versions(names, "cats", "last-18")).containsExactly(complete.getModelVersion());
    assertThat(versions(names, "dogs", "old-101")).as("another stream").containsExactly(0L);
  }

  private static void assertEveryImageIsEmbedded(TopicNames names, ModelVersion mark)
      throws IOException {
    Map<String, ImageEmbedding> last = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> each : kafka.records(names.embeddings())) {
      last.put(text(each.key()), each.value() == null ? null : decode(each.value()));
    }
    SweptPartition swept = mark.getEpoch().getPartitions().get(0);
    Map<String, LabeledImage> corpus = new LinkedHashMap<>();
    long records = 0;
    for (ConsumerRecord<byte[], byte[]> each : kafka.records(names.images())) {
      if (text(each.key()).startsWith("cats") && each.offset() < swept.getEndOffset()) {
        records += each.value() == null ? 0 : 1;
        corpus.put(
            text(each.key()),
            each.value() == null ? null : LabeledImage.getDecoder().decode(each.value()));
      }
    }
    assertThat(swept.getEndOffset()).isGreaterThanOrEqualTo(202);
    assertThat(corpus).hasSizeGreaterThanOrEqualTo(100);
    corpus.forEach(
        (key, image) -> {
          if (image == null) {
            assertThat(last.get(key) == null).as(key + " is deleted").isTrue();
          } else if (!key.equals("cats\nold-190")) { // deleted later
            assertThat(last.get(key).getModelVersion()).as(key).isEqualTo(mark.getModelVersion());
            assertThat(last.get(key).getLineage()).as(key).isEqualTo(mark.getLineage());
          }
        });
    assertThat(mark.getEpoch().getImages() + mark.getEpoch().getSuperseded()).isEqualTo(records);
    assertThat(mark.getEpoch().getRefused()).isZero();
  }

  private static List<ModelVersion> marks(TopicNames names) {
    return kafka.modelVersions(names).stream().filter(each -> each.getEpoch() != null).toList();
  }

  private static Optional<ModelVersion> mark(TopicNames names, EpochState state) {
    return marks(names).stream().filter(each -> each.getEpoch().getState() == state).findFirst();
  }

  /** The versions of the embeddings of an image, in their order. */
  private static List<Long> versions(TopicNames names, String stream, String id) {
    return kafka.embeddings(names).stream()
        .filter(each -> each.getStream().equals(stream) && each.getImageId().equals(id))
        .map(ImageEmbedding::getModelVersion)
        .toList();
  }

  private static void send(TopicNames names, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    RecordSender.send(
        kafka.clients(),
        records.stream()
            .map(each -> new ProducerRecord<>(names.images(), each.key(), each.value()))
            .toList());
  }

  /** Images of three classes, those of two streams in turn. */
  private static List<ProducerRecord<byte[], byte[]>> images(String name, int number) {
    return IntStream.range(0, number)
        .mapToObj(i -> image(i % 2 == 0 ? "cats" : "dogs", name + "-" + i))
        .toList();
  }

  private static ProducerRecord<byte[], byte[]> image(String stream, String id) {
    int label = Math.floorMod(id.hashCode(), 3);
    byte[] png = Fixtures.png(label, id.hashCode());
    return record(stream, id, Fixtures.envelope(id, stream, "class-" + label, png));
  }

  private static ProducerRecord<byte[], byte[]> deletion(String stream, String id) {
    return record(stream, id, null);
  }

  private static ProducerRecord<byte[], byte[]> record(String stream, String id, byte[] value) {
    return new ProducerRecord<>("images", new RecordKey(stream, id).bytes(), value);
  }

  private static String text(byte[] key) {
    return new String(key, StandardCharsets.UTF_8);
  }

  private static ImageEmbedding decode(byte[] value) {
    try {
      return ImageEmbedding.getDecoder().decode(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JobSettings settings(TopicNames names) {
    return kafka
        .settings(names, checkpoints)
        .with(JobOptions.INPUT_STREAMS, List.of("cats", "dogs"))
        .with(JobOptions.EMBEDDINGS_FOLLOW, Follow.EPOCHS)
        .with(JobOptions.CONTROL_TOPIC, CONTROL)
        .with(JobOptions.EPOCHS_MAX_RATE, 100.0)
        .with(JobOptions.EMBED_EVERY_STEPS, 2)
        .with(CoreOptions.DEFAULT_PARALLELISM, 2)
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200))
        .with(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100)
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
  }
}
