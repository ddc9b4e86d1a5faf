package io.rankstream.pipeline.tools.watch;

import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.tools.report.Thumbnails;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordDecoder;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Small pictures of embedded images, and of those in dead letters. An embedding names the record of
 * its image; only that record is read from Kafka, when a viewer asks for it.
 */
final class Pictures implements AutoCloseable {

  private static final int KEPT = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String FETCH_BYTES = Integer.toString(64 << 10);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final ImageEnvelope envelope;
  private final RecordDecoder decoder;
  private final Thumbnails thumbnails = new Thumbnails();
  private final Map<Place, Optional<byte[]>> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Place, Optional<byte[]>> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @param clients Kafka client settings
   * @param registry registry with the schemas of records in the Confluent format
   */
  Pictures(Properties clients, JobConfig.Registry registry) {
    envelope = new ImageEnvelope(registry);
    decoder = new RecordDecoder(registry);
    Properties settings = ClientSettings.committedReader(clients);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The picture of an image as a PNG file; empty when Kafka has deleted the image. */
  synchronized Optional<byte[]> png(ImageEmbedding embedding) throws IOException {
    Place place = Place.source(embedding);
    Optional<byte[]> png = kept.get(place);
    if (png == null) {
      Optional<byte[]> record = value(place);
      png =
          record.isPresent()
              ? picture(record.get(), image -> image.getImageId().equals(embedding.getImageId()))
              : Optional.empty();
      kept.put(place, png);
    }
    return png;
  }

  /**
   * The picture of the image that a dead letter holds, or that stands where the letter says, as a
   * PNG file; empty where none can be decoded.
   */
  synchronized Optional<byte[]> png(LiveLetters.Shown letter) throws IOException {
    Optional<byte[]> png = kept.get(letter.place());
    if (png == null) {
      Optional<byte[]> record = held(letter.place()).or(() -> value(letter.source()));
      png = record.isPresent() ? picture(record.get(), image -> true) : Optional.empty();
      kept.put(letter.place(), png);
    }
    return png;
  }

  @Override
  public synchronized void close() {
    consumer.close();
  }

  /** The picture of the image in a record of the input. */
  private Optional<byte[]> picture(byte[] record, Predicate<LabeledImage> wanted)
      throws IOException {
    try {
      LabeledImage image = envelope.open(record);
      return wanted.test(image)
          ? Optional.of(thumbnails.png(ImageEnvelope.encodedImage(image)))
          : Optional.empty();
    } catch (RejectedException | ImageRejectedException e) {
      return Optional.empty(); // not an image: nothing to show
    }
  }

  /** The record that a dead letter holds; empty where it holds none. */
  private Optional<byte[]> held(Place place) throws IOException {
    Optional<byte[]> value = value(place);
    if (value.isEmpty() || !(decoder.decode(value.get()) instanceof DeadLetter letter)) {
      return Optional.empty();
    }
    return Optional.ofNullable(letter.getValue()).map(Pictures::bytes);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /** The value of a record; empty when it was deleted, or its topic was. */
  private Optional<byte[]> value(Place place) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      if (!isThere(place.partition())) { // a read would wait for it, and other pictures behind it
        return Optional.empty();
      }
      consumer.assign(List.of(place.partition()));
      consumer.seek(place.partition(), place.offset());
      while (System.nanoTime() < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          return record.offset() == place.offset()
              ? Optional.ofNullable(record.value())
              : Optional.empty();
        }
      }
    } catch (KafkaException e) { // deleted by retention
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** Asks Kafka only where the consumer does not know the topic yet. */
  private boolean isThere(TopicPartition partition) {
    return consumer.partitionsFor(partition.topic(), PATIENCE).stream()
        .anyMatch(info -> info.partition() == partition.partition());
  }
}
