package io.rankstream.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.LagPolicy;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.pipeline.wire.StubRegistry;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters of every reason go back, and the job takes all that it can take now. */
class RedriveHealingITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int CLASSES = 8;

  @TempDir static Path directory;
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
  void everyLetterThatCanHealIsTakenAndTheOthersAreLettersAgainWithTheirCount() throws Exception {
    TopicNames names = kafka.topics("healing");
    try (StubRegistry registry = new StubRegistry(null)) {
      Map<String, RejectionReason> refused = new HashMap<>();
      RecordSender.send(kafka.clients(), input(names.images(), registry, refused));
      String savepoint = runUntilTaken(names, strict(names), false);
      assertThat(reasons(names))
          .isEqualTo(
              refused.values().stream()
                  .collect(Collectors.groupingBy(Enum::name, TreeMap::new, Collectors.counting())));
      Set<String> healable =
          refused.entrySet().stream()
              .filter(each -> each.getValue().canHeal())
              .map(Map.Entry::getKey)
              .collect(Collectors.toSet());
      // The one that is left needs a model that failed.
      assertThat(refused.values())
          .containsAll(EnumSet.complementOf(EnumSet.of(RejectionReason.EMBEDDING_NOT_FINITE)));

      assertThat(Redriven.redrive(kafka, names)).contains("sent");
      assertThat(Redriven.counts(kafka, names)).containsOnlyKeys(healable.toArray(String[]::new));
      assertThat(Redriven.counts(kafka, names).values())
          .allMatch(counts -> counts.equals(List.of(1)));

      // The same state: what the window knows as taken would be a repeat.
      runUntilTaken(
          names,
          liberal(names, registry).with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint),
          true);
      Set<String> stillFull =
          healable.stream()
              .filter(key -> key.startsWith("new-class") || key.startsWith("long-label"))
              .collect(Collectors.toSet());
      assertThat(embedded(names)).containsAll(minus(healable, stillFull));
      assertThat(letters(names, 1)).containsExactlyInAnyOrderElementsOf(stillFull);

      assertThat(
              Redriven.redrive(
                  kafka, names, "--reason", "too-many-classes,image-corrupt,key-invalid"))
          .contains("TOO_MANY_CLASSES: 5 of them had come back before")
          .contains("IMAGE_CORRUPT: the records themselves are bad");
      for (String key : stillFull) {
        assertThat(Redriven.counts(kafka, names).get(key)).contains(1, 2);
      }
      runUntilTaken(names, liberal(names, registry).with(JobOptions.MODEL_MAX_CLASSES, 50), true);
      assertThat(embedded(names)).containsAll(healable);
      assertThat(letters(names, 1)).contains("corrupt", "no-value");
    }
  }

  /** Good images of all classes, then a record for each reason, by key. */
  private static List<ProducerRecord<byte[], byte[]>> input(
      String topic, StubRegistry registry, Map<String, RejectionReason> refused) {
    List<ProducerRecord<byte[], byte[]>> input = new ArrayList<>();
    for (int i = 0; i < 80; i++) {
      String label = "class-" + i % CLASSES;
      byte[] png = Fixtures.png(i % CLASSES, i);
      input.add(record(topic, "good-" + i, Fixtures.envelope("good-" + i, "default", label, png)));
    }
    byte[] png = Fixtures.png(1, 1);
    int schema = registry.add(LabeledImage.getClassSchema());
    byte[] jpeg = Fixtures.jpeg(2, 2);
    Map<String, byte[]> bad = new HashMap<>();
    put(refused, bad, "no-value", RejectionReason.KEY_INVALID, null);
    put(refused, bad, "noise", RejectionReason.ENVELOPE_INVALID, new byte[] {9, 9, 9});
    put(refused, bad, "empty", RejectionReason.IMAGE_EMPTY, image("empty", new byte[0]));
    put(
        refused,
        bad,
        "pdf",
        RejectionReason.IMAGE_UNSUPPORTED_FORMAT,
        image("pdf", "%PDF-1.7, which is no format of ours".getBytes(UTF_8)));
    put(
        refused,
        bad,
        "corrupt",
        RejectionReason.IMAGE_CORRUPT,
        image("corrupt", Arrays.copyOf(jpeg, jpeg.length - 40)));
    put(
        refused,
        bad,
        "huge-record",
        RejectionReason.VALUE_TOO_LARGE,
        image("huge-record", Fixtures.noise(150, 150)));
    put(
        refused,
        bad,
        "many-bytes",
        RejectionReason.IMAGE_TOO_MANY_BYTES,
        image("many-bytes", Fixtures.noise(90, 90)));
    put(
        refused,
        bad,
        "wide",
        RejectionReason.IMAGE_TOO_LARGE,
        image("wide", Fixtures.noise(300, 4)));
    put(
        refused,
        bad,
        "confluent",
        RejectionReason.SCHEMA_UNKNOWN,
        Fixtures.confluent(schema, image("confluent", png)));
    String longId = "an-id-longer-than-the-limit";
    put(refused, bad, longId, RejectionReason.IMAGE_ID_INVALID, image(longId, png));
    put(
        refused,
        bad,
        "other-stream",
        RejectionReason.STREAM_UNKNOWN,
        Fixtures.envelope("other-stream", "other", "class-1", png));
    put(
        refused,
        bad,
        "long-label",
        RejectionReason.LABEL_INVALID,
        Fixtures.envelope("long-label", "default", "a-label-longer-than-the-limit", png));
    for (int i = 0; i < 4; i++) {
      String id = "new-class-" + i;
      put(
          refused,
          bad,
          id,
          RejectionReason.TOO_MANY_CLASSES,
          Fixtures.envelope(id, "default", "class-new", Fixtures.png(9, i)));
    }
    bad.forEach((key, value) -> input.add(record(topic, key, value)));
    long hourAgo = System.currentTimeMillis() - Duration.ofHours(1).toMillis();
    for (int i = 0; i < 5; i++) {
      String id = "late-" + i;
      refused.put(id, RejectionReason.LAG_SHED);
      input.add(
          new ProducerRecord<>(
              topic,
              0,
              hourAgo,
              id.getBytes(UTF_8),
              Fixtures.envelope(id, "default", null, Fixtures.png(3, i))));
    }
    return input;
  }

  private static void put(
      Map<String, RejectionReason> refused,
      Map<String, byte[]> bad,
      String key,
      RejectionReason reason,
      byte[] value) {
    refused.put(key, reason);
    bad.put(key, value);
  }

  private static byte[] image(String id, byte[] encoded) {
    return Fixtures.envelope(id, "default", "class-1", encoded);
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String key, byte[] value) {
    return new ProducerRecord<>(topic, 0, key.getBytes(UTF_8), value);
  }

  private static JobSettings strict(TopicNames names) {
    return liberal(names, null)
        .with(JobOptions.INPUT_STREAMS, List.of("default"))
        .with(JobOptions.INPUT_MAX_RECORD_BYTES, MemorySize.parse("16 kb"))
        .with(JobOptions.INPUT_MAX_ID_LENGTH, 20)
        .with(JobOptions.INPUT_MAX_LABEL_LENGTH, 10)
        .with(JobOptions.IMAGE_MAX_BYTES, MemorySize.parse("4 kb"))
        .with(JobOptions.IMAGE_MAX_WIDTH, 200);
  }

  private static JobSettings liberal(TopicNames names, StubRegistry registry) {
    JobSettings settings =
        kafka
            .settings(names, directory.resolve("checkpoints"))
            .with(JobOptions.INPUT_STREAMS, List.of("default", "other"))
            .with(JobOptions.MODEL_MAX_CLASSES, CLASSES)
            .with(JobOptions.EMBED_LAG_POLICY, LagPolicy.SHED)
            .with(JobOptions.EMBED_MAX_LAG, Duration.ofMinutes(30));
    return registry == null ? settings : settings.with(JobOptions.REGISTRY_URL, registry.url());
  }

  /** Runs a job until it has taken all input. Returns the location of its savepoint. */
  private static String runUntilTaken(TopicNames names, JobSettings settings, boolean drain)
      throws Exception {
    List<ConsumerRecord<byte[], byte[]>> input = kafka.records(names.images());
    long end = input.get(input.size() - 1).offset() + 1;
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings);
      await().atMost(PATIENCE).until(() -> committed(names) >= end);
      return TestCluster.stop(job, directory.resolve("savepoints"), drain);
    }
  }

  private static long committed(TopicNames names) throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(kafka.clients())) {
      OffsetAndMetadata offset =
          admin
              .listConsumerGroupOffsets(names.images())
              .partitionsToOffsetAndMetadata()
              .get()
              .get(new TopicPartition(names.images(), 0));
      return offset == null ? 0 : offset.offset();
    }
  }

  private static Map<String, Long> reasons(TopicNames names) {
    return kafka.deadLetters(names).stream()
        .collect(Collectors.groupingBy(DeadLetter::getReason, TreeMap::new, Collectors.counting()));
  }

  private static Set<String> embedded(TopicNames names) {
    return kafka.embeddings(names).stream()
        .map(ImageEmbedding::getImageId)
        .collect(Collectors.toSet());
  }

  private static Set<String> minus(Set<String> all, Set<String> without) {
    Set<String> rest = new HashSet<>(all);
    rest.removeAll(without);
    return rest;
  }

  /** The keys of the records with a count that became letters. */
  private static List<String> letters(TopicNames names, int count) {
    Map<Long, ConsumerRecord<byte[], byte[]>> input = new HashMap<>();
    kafka.records(names.images()).forEach(record -> input.put(record.offset(), record));
    return kafka.deadLetters(names).stream()
        .map(letter -> input.get(letter.getSourceOffset()))
        .filter(record -> record.headers().lastHeader(RedrivenCount.HEADER) != null)
        .filter(
            record ->
                new String(record.headers().lastHeader(RedrivenCount.HEADER).value(), UTF_8)
                    .equals(Integer.toString(count)))
        .map(record -> new String(record.key(), UTF_8))
        .toList();
  }
}
