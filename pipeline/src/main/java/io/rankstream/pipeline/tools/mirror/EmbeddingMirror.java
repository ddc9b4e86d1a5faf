package io.rankstream.pipeline.tools.mirror;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.wire.RecordDecoder;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Copies the embeddings of one stream as JSON to another topic, exactly once: records and offsets
 * are committed in one Kafka transaction, and a second mirror of the same name fences the first. A
 * tombstone becomes a tombstone with the key of the point.
 */
public final class EmbeddingMirror {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Properties clients;
  private final RecordDecoder decoder;
  private final VectorStoreFormat format;
  private final String stream;
  private final Placement placement;
  private final Optional<EpochTurns> epochs;
  private final String name;

  /**
   * A mirror that copies all embeddings to one collection.
   *
   * @param clients Kafka client settings
   * @param decoder reads the embeddings
   * @param name consumer group and transactional id
   */
  public EmbeddingMirror(
      Properties clients,
      RecordDecoder decoder,
      VectorStoreFormat format,
      String stream,
      String collection,
      String name) {
    this(clients, decoder, format, stream, Placement.in(collection), Optional.empty(), name);
  }

  /**
   * A mirror that gives each version a collection, and changes from one to the next with the epochs
   * of the stream.
   *
   * @param epochs closed by the caller
   */
  public EmbeddingMirror(
      Properties clients,
      RecordDecoder decoder,
      VectorStoreFormat format,
      String stream,
      EpochTurns epochs,
      String name) {
    this(clients, decoder, format, stream, epochs.placement(), Optional.of(epochs), name);
  }

  private EmbeddingMirror(
      Properties clients,
      RecordDecoder decoder,
      VectorStoreFormat format,
      String stream,
      Placement placement,
      Optional<EpochTurns> epochs,
      String name) {
    this.clients = clients;
    this.decoder = decoder;
    this.format = format;
    this.stream = stream;
    this.placement = placement;
    this.epochs = epochs;
    this.name = name;
  }

  /**
   * Copies records, starting where the last run of this name stopped.
   *
   * @param follow whether to wait for more at the end of the topic; asked before each poll
   * @param log called with a line for each record that is skipped because it is not an embedding
   */
  public void copy(String from, String to, BooleanSupplier follow, Consumer<String> log)
      throws IOException, InterruptedException, ExecutionException {
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
      // Fences an older run first: what it had open is aborted before its offsets are read.
      producer.initTransactions();
      List<TopicPartition> embeddings = Topics.partitions(consumer, from);
      List<TopicPartition> all = new ArrayList<>(embeddings);
      epochs.ifPresent(each -> all.addAll(Topics.partitions(consumer, each.topic())));
      consumer.assign(all);
      recallCollections(consumer, embeddings);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (follow.getAsBoolean() || Topics.isBefore(consumer, ends)) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (!records.isEmpty()) {
          producer.beginTransaction();
          for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.topic().equals(from)) {
              send(producer, record, to, log);
            } else {
              epochs.orElseThrow().add(record);
            }
          }
          commit(producer, consumer, embeddings);
        }
        if (epochs.isPresent() && epochs.get().act(consumer, embeddings)) {
          producer.beginTransaction();
          commit(producer, consumer, embeddings);
        }
      }
    }
  }

  /** Commits what was sent, and how far the embeddings were copied and marks carried out. */
  private void commit(
      KafkaProducer<byte[], byte[]> producer,
      KafkaConsumer<byte[], byte[]> consumer,
      List<TopicPartition> embeddings) {
    String memory = epochs.map(each -> each.placement().memory()).orElse("");
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    epochs.ifPresent(each -> offsets.putAll(each.offsets()));
    for (TopicPartition partition : embeddings) {
      offsets.put(partition, new OffsetAndMetadata(consumer.position(partition), memory));
    }
    producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
    producer.commitTransaction(); // throws when a record could not be written
  }

  private void recallCollections(
      KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> embeddings) {
    epochs.ifPresent(
        each ->
            consumer.committed(Set.copyOf(embeddings)).values().stream()
                .filter(Objects::nonNull)
                .findFirst() // all have the same
                .ifPresent(last -> each.placement().recall(last.metadata())));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the commit reports failed sends
  private void send(
      KafkaProducer<byte[], byte[]> producer,
      ConsumerRecord<byte[], byte[]> record,
      String to,
      Consumer<String> log)
      throws IOException, InterruptedException {
    Optional<RecordKey> key = RecordKey.parse(record.key());
    if (key.isEmpty()) {
      log.accept(place(record) + " has no key of stream, line feed and image id, and is skipped");
      return;
    }
    RecordKey image = key.get();
    if (!image.stream().equals(stream)) {
      return;
    }
    if (record.value() == null) {
      for (String collection : placement.collectionsOf(versionOf(record))) {
        producer.send(new ProducerRecord<>(to, format.key(collection, image), null));
      }
      return;
    }

    SpecificRecord decoded;
    try {
      decoded = decoder.decode(record.value());
    } catch (IOException e) {
      log.accept(place(record) + " cannot be read and is skipped: " + e.getMessage());
      return;
    }
    if (!(decoded instanceof ImageEmbedding embedding)) {
      log.accept(place(record) + " is not an embedding and is skipped");
      return;
    }
    String collection = placement.collectionOf(embedding);
    producer.send(
        new ProducerRecord<>(
            to, format.key(collection, image), format.value(collection, image, embedding)));
  }

  /** The version whose embedding alone a tombstone deletes; empty for the whole image. */
  private static Optional<VersionRank> versionOf(ConsumerRecord<byte[], byte[]> tombstone) {
    Header version = tombstone.headers().lastHeader("model_version");
    Header lineage = tombstone.headers().lastHeader("lineage");
    if (version == null || lineage == null) {
      return Optional.empty();
    }
    return Optional.of(
        new VersionRank(
            new String(lineage.value(), UTF_8),
            Long.parseLong(new String(version.value(), UTF_8))));
  }

  private static String place(ConsumerRecord<byte[], byte[]> record) {
    return "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
  }

  private Properties consumerSettings() {
    Properties settings = new Properties();
    settings.putAll(clients);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, name);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    return settings;
  }

  private Properties producerSettings() {
    Properties settings = new Properties();
    settings.putAll(clients);
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, name);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    return settings;
  }
}
