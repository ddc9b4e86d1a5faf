package io.rankstream.lab.chaos;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import io.rankstream.pipeline.tools.feed.Pace;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.LabeledImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Feeds images whatever happens to the broker: good ones of several streams, some sent twice as a
 * producer does that retries, some without label, some damaged.
 */
final class StormFeeder implements AutoCloseable {

  private static final int REPEAT_EVERY = 40;
  private static final int DAMAGE_EVERY = 50;
  private static final int UNLABELED_EVERY = 10;

  private final ImageDataset images;
  private final String topic;
  private final Random random;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private long sent;

  StormFeeder(ImageDataset images, String bootstrapServers, String topic, long seed) {
    this.images = images;
    this.topic = topic;
    this.random = new Random(seed);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
                ProducerConfig.LINGER_MS_CONFIG, "10",
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "600000",
                ProducerConfig.MAX_BLOCK_MS_CONFIG, "600000"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /** Sends images, at a rate per second or, for 0, as fast as the broker takes them. */
  void feed(long count, double rate) throws Exception {
    Pace pace = new Pace(rate);
    for (long i = 0; i < count && !Thread.currentThread().isInterrupted(); i++) {
      pace.await(i);
      sendNext();
      if (failure.get() != null) {
        throw failure.get();
      }
    }
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }

  private void sendNext() throws Exception {
    LabeledExample example = images.example(random.nextInt(images.size()));
    String id = "storm-" + sent++;
    byte[] value =
        ImageEnvelope.seal(
            LabeledImage.newBuilder()
                .setImageId(id)
                .setStream("stream-" + sent % ChaosRun.STREAMS)
                .setLabel(sent % UNLABELED_EVERY == 0 ? null : example.label())
                .setImage(ByteBuffer.wrap(example.encoded()))
                .setEventTime(Instant.now())
                .build());
    if (sent % DAMAGE_EVERY == 0) {
      value = Arrays.copyOf(value, 5 + random.nextInt(value.length / 2));
    }
    send(id, value);
    if (sent % REPEAT_EVERY == 0) {
      send(id, value);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private void send(String id, byte[] value) {
    producer.send(
        new ProducerRecord<>(topic, id.getBytes(StandardCharsets.UTF_8), value),
        (metadata, exception) -> {
          if (exception != null) {
            failure.compareAndSet(null, exception);
          }
        });
  }
}
