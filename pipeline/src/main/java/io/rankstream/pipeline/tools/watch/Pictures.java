package io.rankstream.pipeline.tools.watch;

import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.tools.report.Thumbnails;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Small pictures of embedded images. An embedding names the record of its image; only that record
 * is read from Kafka, when a viewer asks for it.
 */
final class Pictures implements AutoCloseable {

  private static final int KEPT = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String FETCH_BYTES = Integer.toString(64 << 10);

  private record Place(TopicPartition partition, long offset) {}

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final ImageEnvelope envelope;
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
    Properties settings = ClientSettings.committedReader(clients);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "1");
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The picture as a PNG file; empty when Kafka has deleted the image. */
  synchronized Optional<byte[]> png(ImageEmbedding embedding) throws IOException {
    Place place =
        new Place(
            new TopicPartition(embedding.getSourceTopic(), embedding.getSourcePartition()),
            embedding.getSourceOffset());
    Optional<byte[]> png = kept.get(place);
    if (png == null) {
      png = read(place, embedding.getImageId());
      kept.put(place, png);
    }
    return png;
  }

  @Override
  public synchronized void close() {
    consumer.close();
  }

  private Optional<byte[]> read(Place place, String imageId) throws IOException {
    try {
      Optional<byte[]> value = value(place);
      if (value.isEmpty()) {
        return Optional.empty();
      }

      LabeledImage image = envelope.open(value.get());
      return image.getImageId().equals(imageId)
          ? Optional.of(thumbnails.png(ImageEnvelope.encodedImage(image)))
          : Optional.empty();
    } catch (KafkaException | RejectedException | ImageRejectedException e) {
      return Optional.empty(); // deleted by retention, or not an image: nothing to show
    }
  }

  private Optional<byte[]> value(Place place) {
    consumer.assign(List.of(place.partition()));
    consumer.seek(place.partition(), place.offset());
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
        return record.offset() == place.offset()
            ? Optional.ofNullable(record.value())
            : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
