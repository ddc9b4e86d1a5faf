import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.message.MessageDecoder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the embeddings of a job into indexes, and changes from one to the next with the epochs of the job. */
final class EmbeddingReader implements AutoCloseable {

  /** A mark, and how far the embeddings must be read before it counts. */
  private record Turn(ModelVersion mark, Map<TopicPartition, Long> ends) {}

  private static final Duration POLL = Duration.ofMillis(200);
  private static final long SAVE_EVERY_NANOS = 1_000_000_000;

  private final String servers;
  private final VersionedIndexes indexes;
  private final boolean inEpochs;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> embeddings;
  private final List<TopicPartition> marks;
  private final Map<TopicPartition, Long> positions = new HashMap<>(); // of the embeddings
  private final Deque<Turn> turns = new ArrayDeque<>();

  /**
   * @param topic topic of the embeddings
   * @param versions topic of the model versions; null for a job that does not embed in epochs
   */
  EmbeddingReader(String servers, String topic, String versions, VersionedIndexes indexes) {
    this.servers = servers;
    this.indexes = indexes;
    inEpochs = versions != null;
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", servers,
            "isolation.level", "read_committed", // nothing that a failure takes back
            "enable.auto.commit", "false",
            "auto.offset.reset", "earliest",
            "allow.auto.create.topics", "false",
            "default.api.timeout.ms", "30000");
    consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    embeddings = partitions(topic);
    marks = inEpochs ? partitions(versions) : List.of();
  }

  private List<TopicPartition> partitions(String topic) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream().map(each -> new TopicPartition(topic, each.partition())).toList();
    if (partitions.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no topic %s: correct its name, or start the job first, which creates it".formatted(topic));
    }
    return partitions;
  }

  /** Reads for ever. */
  void follow() throws IOException {
    readMarks();
    List<TopicPartition> all = new ArrayList<>(embeddings);
    all.addAll(marks);
    consumer.assign(all); // the marks go on where they were
    for (TopicPartition each : embeddings) {
      long position = indexes.position(each).orElse(0L);
      positions.put(each, position);
      consumer.seek(each, position); // what was deleted since is passed over
    }

    Map<TopicPartition, Long> ends = ends();
    boolean caughtUp = false;
    long saved = System.nanoTime();
    Map<TopicPartition, Long> inIndexes = Map.copyOf(positions);
    while (true) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        read(record);
      }
      while (!turns.isEmpty() && hasRead(turns.peek().ends())) {
        turn(turns.remove().mark());
      }
      if (!caughtUp && hasRead(ends)) {
        indexes.catchUp();
        caughtUp = true;
      }
      if (System.nanoTime() - saved > SAVE_EVERY_NANOS && !positions.equals(inIndexes)) {
        indexes.save(Map.copyOf(positions));
        inIndexes = Map.copyOf(positions);
        saved = System.nanoTime();
      }
    }
  }

  private boolean hasRead(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /** Which epochs there were is known before the first embedding is read. */
  private void readMarks() throws IOException {
    consumer.assign(marks);
    consumer.seekToBeginning(marks);
    Map<TopicPartition, Long> ends = consumer.endOffsets(marks);
    Map<String, ModelVersion> last = new LinkedHashMap<>(); // what earlier epochs embedded is replaced
    while (!hasRead(ends)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        markOf(record).ifPresent(mark -> last.put(mark.getStream(), mark));
      }
    }
    last.values().forEach(this::await);
  }

  private void read(ConsumerRecord<byte[], byte[]> record) throws IOException {
    if (!record.topic().equals(embeddings.get(0).topic())) {
      markOf(record).ifPresent(this::await);
      return;
    }

    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    ReadPosition read = new ReadPosition(partition, record.offset(), positions);
    if (record.value() == null) {
      delete(record, read);
    } else {
      Optional<ImageEmbedding> embedding = decoded(record, ImageEmbedding.getDecoder());
      if (embedding.isPresent()) {
        indexes.put(versionOf(embedding.get()), embedding.get(), read);
      }
    }
    positions.put(partition, record.offset() + 1);
  }

  /** A tombstone that names a version deletes what that version embedded, any other the image. */
  private void delete(ConsumerRecord<byte[], byte[]> record, ReadPosition read) throws IOException {
    String[] key = record.key() == null ? new String[0] : text(record.key()).split("\n", 2);
    if (key.length < 2) {
      return; // the job gives every embedding a key of stream, line feed and image id
    }

    Header number = record.headers().lastHeader("model_version");
    Header lineage = record.headers().lastHeader("lineage");
    Optional<Version> only =
        number == null || lineage == null
            ? Optional.empty()
            : Optional.of(new Version(key[0], text(lineage.value()), Long.parseLong(text(number.value()))));
    indexes.delete(key[0], key[1], only, read);
  }

  private Version versionOf(ImageEmbedding embedding) {
    return inEpochs
        ? new Version(embedding.getStream(), embedding.getLineage(), embedding.getModelVersion())
        : Version.anyOf(embedding.getStream());
  }

  private static Optional<ModelVersion> markOf(ConsumerRecord<byte[], byte[]> record) {
    return decoded(record, ModelVersion.getDecoder()).filter(version -> version.getEpoch() != null);
  }

  /** What was committed before a mark must be read before it counts. */
  private void await(ModelVersion mark) {
    indexes.follow(mark.getStream());
    turns.add(new Turn(mark, ends()));
  }

  private void turn(ModelVersion mark) throws IOException {
    Version version = new Version(mark.getStream(), mark.getLineage(), mark.getModelVersion());
    if (mark.getEpoch().getState() == EpochState.COMPLETE) {
      indexes.complete(version, Map.copyOf(positions));
    } else if (mark.getEpoch().getState() == EpochState.ABORTED) {
      indexes.abort(version);
    }
  }

  /** Empty for what something else wrote. */
  private static <T> Optional<T> decoded(ConsumerRecord<byte[], byte[]> record, MessageDecoder<T> decoder) {
    try {
      return record.value() == null ? Optional.empty() : Optional.of(decoder.decode(record.value()));
    } catch (IOException | AvroRuntimeException e) {
      System.err.printf(
          "%s-%d@%d is passed over, since it cannot be read: %s%n",
          record.topic(), record.partition(), record.offset(), e.getMessage());
      return Optional.empty();
    }
  }

  /** With transactions that are about to be committed: the marks are committed by others. */
  private Map<TopicPartition, Long> ends() {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    embeddings.forEach(each -> latest.put(each, OffsetSpec.latest()));
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers, "default.api.timeout.ms", "30000"))) {
      admin.listOffsets(latest).all().get().forEach((partition, end) -> ends.put(partition, end.offset()));
      return ends;
    } catch (InterruptedException | ExecutionException e) {
      throw new KafkaException("It does not tell where the embeddings end: " + e.getMessage(), e);
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
