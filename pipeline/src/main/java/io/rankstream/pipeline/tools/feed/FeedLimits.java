package io.rankstream.pipeline.tools.feed;

import io.rankstream.model.image.DecodeLimits;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import java.io.IOException;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.RecordBatch;

/**
 * The sizes of records that the producer and the topic take. Sizes are counted as Kafka's producer
 * counts them, so that a set with an image that is too large is refused before the first is sent.
 *
 * @param request largest record of the producer: its {@code max.request.size}
 * @param message largest record of the topic, its {@code max.message.bytes}; the largest number
 *     where nobody may know, or where compression decides
 */
public record FeedLimits(long request, long message) {

  /** What a record has beside its image: id, label, names. */
  private static final long BESIDE_THE_IMAGE = 64 << 10;

  /**
   * The limits for a topic.
   *
   * @param clients Kafka client settings
   * @throws ExecutionException when Kafka does not answer
   */
  public static FeedLimits of(Properties clients, String topic)
      throws ExecutionException, InterruptedException {
    boolean isCompressed =
        !clients.getProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none").equals("none");
    return new FeedLimits(
        InputProducer.maxRequestSize(clients),
        isCompressed ? Long.MAX_VALUE : Topics.maxMessageBytes(clients, topic));
  }

  /**
   * Checks every image of a set.
   *
   * @throws IOException when one is too large, with its name and what to do, or cannot be read
   */
  public void require(ImageDataset dataset, FeedPlan plan) throws IOException {
    long limit = Math.min(request, message);
    if (limit >= DecodeLimits.defaults().maxBytes() + BESIDE_THE_IMAGE) {
      return; // larger images were left out before
    }

    int tooLarge = 0;
    long largest = 0;
    String first = null;
    for (int i = 0; i < dataset.size(); i++) {
      LabeledExample example = dataset.example(i);
      long bytes = bytes(ImageFeeder.record(plan, example, Instant.EPOCH));
      if (bytes > limit) {
        tooLarge++;
        first = first == null ? "%s (%d bytes)".formatted(example.id(), bytes) : first;
        largest = Math.max(largest, bytes);
      }
    }
    if (tooLarge > 0) {
      throw new IOException(sentence(plan.topic(), first, tooLarge, dataset.size(), largest));
    }
  }

  private String sentence(String topic, String first, int tooLarge, int all, long largest) {
    String whose =
        message <= request
            ? "the topic %s, whose max.message.bytes is %d".formatted(topic, message)
            : "the producer, whose max.request.size is %d".formatted(request);
    String remedy =
        message <= request
            ? "set max.message.bytes of the topic to at least %d".formatted(largest)
            : "set max.request.size of the producer to at least %d".formatted(largest);
    return "%d of %d images are too large for %s. The first is %s. Nothing was sent: %s, or scale the images down"
        .formatted(tooLarge, all, whose, first, remedy);
  }

  /** As {@code KafkaProducer} estimates the size of a record. */
  static long bytes(ProducerRecord<byte[], byte[]> record) {
    return AbstractRecords.estimateSizeInBytesUpperBound(
        RecordBatch.CURRENT_MAGIC_VALUE,
        Compression.NONE.type(),
        record.key(),
        record.value(),
        record.headers().toArray());
  }
}
