package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.JobOutput.damagedImage;
import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.image;
import static io.rankstream.lab.chaos.JobOutput.letter;
import static io.rankstream.lab.chaos.JobOutput.step;
import static io.rankstream.lab.chaos.JobOutput.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.rankstream.lab.audit.Origin;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.wire.RecordKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit of topics on a real broker, whose outputs come in transactions. */
class TopicAuditITCase {

  private static final byte[] KEY = new RecordKey("stream-0", "a").bytes();

  @TempDir static Path directory;
  private static LocalRun local;

  @BeforeAll
  static void startBroker() throws Exception {
    local = LocalRun.start("audit-test");
  }

  @AfterAll
  static void stopBroker() {
    local.close();
  }

  @Test
  void findsTheFaultsInTheTopicsOfAJob() throws Exception {
    TopicNames topics = topics("faulty");
    Path weights = Files.writeString(directory.resolve("weights"), "weights");
    try (KafkaProducer<byte[], byte[]> producer = producer("faulty")) {
      producer.beginTransaction();
      send(producer, topics.images(), image("a"));
      send(producer, topics.images(), image("lost"));
      send(producer, topics.images(), damagedImage("c"));
      send(producer, topics.embeddings(), embedding("a", 0).toByteBuffer());
      send(producer, topics.embeddings(), embedding("a", 0).toByteBuffer());
      send(producer, topics.metrics(), step("stream-0", 1).toByteBuffer());
      send(producer, topics.metrics(), step("stream-0", 3).toByteBuffer());
      send(
          producer, topics.deadLetters(), letter(new Origin(topics.images(), 0, 0)).toByteBuffer());
      send(
          producer,
          topics.modelVersions(),
          version("stream-0", weights.toUri(), "0000").toByteBuffer());
      producer.commitTransaction();
    }

    Audit audit = audit("faulty", topics);

    assertThat(audit.found(AuditFault.LOST_IMAGE)).containsExactly("stream-0/lost");
    assertThat(audit.found(AuditFault.REPEATED_EMBEDDING))
        .containsExactly("images-0@0 of stream-0/a");
    assertThat(audit.found(AuditFault.STEP_GAP)).containsExactly("stream-0 steps 2 to 2");
    assertThat(audit.found(AuditFault.MISSING_LETTER)).containsExactly(topics.images() + "-0@2");
    assertThat(audit.found(AuditFault.WRONG_LETTER)).containsExactly(topics.images() + "-0@0");
    assertThat(audit.found(AuditFault.FOREIGN_WEIGHTS)).hasSize(1);
    assertThat(audit.faults()).hasSize(6);
  }

  @Test
  void doesNotSeeWhatATransactionThatFailedHasWritten() throws Exception {
    TopicNames topics = topics("aborted");
    Path weights = Files.writeString(directory.resolve("good-weights"), "weights");
    try (KafkaProducer<byte[], byte[]> producer = producer("aborted")) {
      producer.beginTransaction();
      send(producer, topics.images(), image("a"));
      send(producer, topics.embeddings(), embedding("a", 0).toByteBuffer());
      send(producer, topics.metrics(), step("stream-0", 1).toByteBuffer());
      send(
          producer,
          topics.modelVersions(),
          version("stream-0", weights.toUri(), JobOutput.sha256(weights)).toByteBuffer());
      producer.commitTransaction();
      producer.beginTransaction();
      send(producer, topics.embeddings(), embedding("a", 0).toByteBuffer());
      send(producer, topics.metrics(), step("stream-0", 1).toByteBuffer());
      producer.flush();
      producer.abortTransaction();
    }

    assertThat(audit("aborted", topics).faults()).isEmpty();
  }

  @Test
  void aTombstoneAnswersADeletion() throws Exception {
    TopicNames topics = topics("deleted");
    try (KafkaProducer<byte[], byte[]> producer = producer("deleted")) {
      producer.beginTransaction();
      send(producer, topics.images(), image("a"));
      send(producer, topics.embeddings(), embedding("a", 0).toByteBuffer());
      send(producer, topics.images(), (byte[]) null);
      send(producer, topics.embeddings(), (byte[]) null);
      producer.commitTransaction();
    }

    assertThat(audit("deleted", topics).faults()).isEmpty();
  }

  @Test
  void inputThatIsDeletedLaterCounts() throws Exception {
    TopicNames topics = topics("shortened");
    TopicAudit audit = TopicAudit.of(local.clients(), local.brokerData(), topics);
    try (KafkaProducer<byte[], byte[]> producer = producer("shortened")) {
      producer.beginTransaction();
      send(producer, topics.images(), image("a"));
      send(producer, topics.images(), image("never-read"));
      send(producer, topics.images(), image("lost"));
      send(producer, topics.embeddings(), embedding("a", 0).toByteBuffer());
      producer.commitTransaction();
    }
    producer("shortened").close();
    TopicPartition partition = new TopicPartition(topics.images(), 0);

    audit.takeInput(partition, 1, 2);
    audit.takeInput(partition, 2, 2); // a broker that was killed may have them again
    try (Admin admin = Admin.create(local.clients())) {
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1))).all().get();
    }

    assertThat(audit.audit().faults())
        .containsOnly(entry(AuditFault.LOST_IMAGE, List.of("stream-0/lost")));
  }

  @Test
  void refusesAnAnnouncementWithoutValue() throws Exception {
    TopicNames topics = topics("empty");
    try (KafkaProducer<byte[], byte[]> producer = producer("empty")) {
      producer.beginTransaction();
      send(producer, topics.modelVersions(), (byte[]) null);
      producer.commitTransaction();
    }

    assertThatThrownBy(() -> audit("empty", topics))
        .hasMessageContaining(topics.modelVersions() + "-0@0 is not a record of the job");
  }

  @Test
  void refusesATopicThatSomethingElseWritesTo() throws Exception {
    TopicNames topics = topics("foreign");
    try (KafkaProducer<byte[], byte[]> producer = producer("foreign")) {
      producer.beginTransaction();
      send(producer, topics.embeddings(), new byte[] {1, 2, 3});
      producer.commitTransaction();
    }

    assertThatThrownBy(() -> audit("foreign", topics))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(topics.embeddings() + "-0@0 is not a record of the job");
  }

  private static TopicNames topics(String prefix) throws Exception {
    TopicNames topics = TopicNames.withPrefix(prefix + ".images", prefix);
    local.create(topics);
    return topics;
  }

  /** Audits what a producer has written, when the broker has written the end of its transaction. */
  private static Audit audit(String transactionalId, TopicNames topics) throws IOException {
    producer(transactionalId).close(); // it waits for that end before it begins
    return TopicAudit.of(local.clients(), local.brokerData(), topics).audit();
  }

  private static KafkaProducer<byte[], byte[]> producer(String transactionalId) {
    Properties settings = local.clients();
    settings.put("transactional.id", transactionalId);
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    return producer;
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, String topic, ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    send(producer, topic, bytes);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the commit throws what went wrong
  private static void send(KafkaProducer<byte[], byte[]> producer, String topic, byte[] value) {
    producer.send(new ProducerRecord<>(topic, KEY, value)); // compacted topics want a key
  }
}
