package io.rankstream.lab.fuzz;

import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends hostile records to a running job and finds each of them again: as an embedding, or once in
 * the dead letters, byte for byte. Records are told apart by their offset in the input topic.
 */
public final class Fuzzer implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int MEGABYTE = 1 << 20;

  private final TopicNames topics;
  private final Duration patience;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> outputs = new ArrayList<>();

  /**
   * Looks at the outputs from their present end on.
   *
   * @param clients Kafka client settings
   * @param topics topics of the job
   * @param largestBytes size of the largest record
   * @param patience how long nothing may come before what is missing counts as lost
   */
  public Fuzzer(Properties clients, TopicNames topics, int largestBytes, Duration patience) {
    this.topics = topics;
    this.patience = patience;
    producer = producer(clients, largestBytes);
    consumer = consumer(clients);
    for (String topic : List.of(topics.embeddings(), topics.deadLetters())) {
      consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .forEach(outputs::add);
    }
    consumer.assign(outputs);
    consumer.seekToEnd(outputs);
    outputs.forEach(consumer::position); // seeking is lazy
  }

  /**
   * Sends records and waits until each of them has come out.
   *
   * @param from number of the first record
   * @param count how many
   */
  public FuzzReport run(HostileRecords records, long from, int count) throws IOException {
    Map<TopicPartition, Map<Long, SentRecord>> sent = new ConcurrentHashMap<>();
    AtomicLong brokerRefused = new AtomicLong();
    for (long number = from; number < from + count; number++) {
      send(records.record(number), sent, brokerRefused);
    }
    producer.flush();
    return audit(sent, brokerRefused.get());
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private void send(
      HostileRecord record,
      Map<TopicPartition, Map<Long, SentRecord>> sent,
      AtomicLong brokerRefused) {
    SentRecord remembered =
        new SentRecord(record.attack(), sha256(record.key()), sha256(record.value()));
    producer.send(
        new ProducerRecord<>(topics.images(), record.key(), record.value()),
        (metadata, exception) -> {
          if (exception != null) {
            brokerRefused.incrementAndGet();
          } else {
            sent.computeIfAbsent(
                    new TopicPartition(metadata.topic(), metadata.partition()),
                    partition -> new ConcurrentHashMap<>())
                .put(metadata.offset(), remembered);
          }
        });
  }

  private FuzzReport audit(Map<TopicPartition, Map<Long, SentRecord>> sent, long brokerRefused)
      throws IOException {
    Audit audit = new Audit(sent);
    long lastNews = System.nanoTime();
    while (!audit.isComplete() && System.nanoTime() - lastNews < patience.toNanos()) {
      int before = audit.found();
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        audit.add(record);
      }
      if (audit.found() > before) {
        lastNews = System.nanoTime();
      }
    }

    // What is told twice may come later than what is told once.
    Map<TopicPartition, Long> ends = consumer.endOffsets(outputs);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        audit.add(record);
      }
    }
    return audit.report(brokerRefused);
  }

  /** Matches what comes out with what was sent. */
  private final class Audit {

    private final Map<TopicPartition, Map<Long, SentRecord>> sent;
    private final Set<Origin> accepted = new HashSet<>();
    private final Set<Origin> refused = new HashSet<>();
    private final Map<String, Long> reasons = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final int total;

    private record Origin(TopicPartition partition, long offset) {

      @Override
      public String toString() {
        return partition + "@" + offset;
      }
    }

    Audit(Map<TopicPartition, Map<Long, SentRecord>> sent) {
      this.sent = sent;
      this.total = sent.values().stream().mapToInt(Map::size).sum();
    }

    boolean isComplete() {
      return found() >= total;
    }

    int found() {
      return accepted.size() + refused.size();
    }

    void add(ConsumerRecord<byte[], byte[]> record) throws IOException {
      if (record.value() == null) {
        return;
      }
      if (record.topic().equals(topics.embeddings())) {
        ImageEmbedding embedding = ImageEmbedding.getDecoder().decode(record.value());
        Origin origin =
            new Origin(
                new TopicPartition(embedding.getSourceTopic(), embedding.getSourcePartition()),
                embedding.getSourceOffset());
        if (remembered(origin) != null) {
          accepted.add(origin);
        }
      } else {
        add(DeadLetter.getDecoder().decode(record.value()));
      }
    }

    private void add(DeadLetter letter) {
      Origin origin =
          new Origin(
              new TopicPartition(letter.getSourceTopic(), letter.getSourcePartition()),
              letter.getSourceOffset());
      SentRecord record = remembered(origin);
      if (record == null) {
        return; // someone else's
      }
      if (!refused.add(origin)) {
        problems.add("%s has two dead letters".formatted(origin));
        return;
      }

      reasons.merge(letter.getReason(), 1L, Long::sum);
      if (!returns(letter, letter.getKey(), record.key())
          || !returns(letter, letter.getValue(), record.value())) {
        problems.add(
            "%s (%s, %s) came back altered".formatted(origin, record.attack(), letter.getReason()));
      }
    }

    /** Whether a letter has the bytes that were sent, or says that it is too small for them. */
    private boolean returns(DeadLetter letter, ByteBuffer bytes, String sentDigest) {
      boolean isLeftBehind = bytes == null && !sentDigest.isEmpty();
      return isLeftBehind
          ? letter.getDetail().contains(sentDigest)
          : sha256(bytes).equals(sentDigest);
    }

    private SentRecord remembered(Origin origin) {
      return sent.getOrDefault(origin.partition(), Map.of()).get(origin.offset());
    }

    FuzzReport report(long brokerRefused) {
      Map<Attack, FuzzReport.Figures> figures = new EnumMap<>(Attack.class);
      sent.forEach(
          (partition, records) ->
              records.forEach(
                  (offset, record) -> {
                    Origin origin = new Origin(partition, offset);
                    boolean isAccepted = accepted.contains(origin);
                    boolean isRefused = refused.contains(origin);
                    if (isAccepted == isRefused) {
                      problems.add(
                          "%s (%s) %s"
                              .formatted(
                                  origin,
                                  record.attack(),
                                  isAccepted
                                      ? "has both an embedding and a dead letter"
                                      : "is lost"));
                    }
                    figures.merge(
                        record.attack(),
                        new FuzzReport.Figures(1, isAccepted ? 1 : 0, isRefused ? 1 : 0),
                        FuzzReport.Figures::plus);
                  }));
      return new FuzzReport(figures, reasons, brokerRefused, problems);
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(Properties clients, int largestBytes) {
    int largest = Math.max(16 * MEGABYTE, largestBytes + MEGABYTE);
    Properties settings = new Properties();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    // Brokers measure compressed batches: this is how records get larger than their topic allows.
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(largest));
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(2L * largest));
    settings.putAll(clients);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Properties clients) {
    return new KafkaConsumer<>(
        ClientSettings.committedReader(clients),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private static String sha256(byte[] bytes) {
    return bytes == null ? "" : sha256(ByteBuffer.wrap(bytes));
  }

  private static String sha256(ByteBuffer bytes) {
    if (bytes == null) {
      return "";
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes.duplicate());
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
