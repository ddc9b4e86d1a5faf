package io.rankstream.lab.chaos;

import io.rankstream.lab.fuzz.EventTimes;
import io.rankstream.lab.fuzz.HostileHeaders;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import io.rankstream.pipeline.tools.feed.Pace;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
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
 * Feeds images of several streams and goes on when the broker dies: most are good, some are sent
 * twice as by a producer that retries, some have no label, some are damaged, some are deleted soon
 * after, and some of these are sent once more. Some come with odd headers, some from wrong clocks,
 * some with the id of a schema that the registry has or refuses.
 */
final class StormFeeder implements AutoCloseable {

  private static final int REPEAT_EVERY = 40;
  private static final int DAMAGE_EVERY = 50;
  private static final int UNLABELED_EVERY = 10;
  private static final int DELETE_EVERY = 30;
  private static final int WRONG_EVENT_TIME_EVERY = 15;
  private static final int BROKEN_CLOCK_EVERY = 25;
  private static final int ODD_HEADERS_EVERY = 35;
  private static final int DELETED_FOR_GOOD_EVERY = 60;
  private static final int REGISTERED_EVERY = 7;

  /** Images until the schema has another id, so that the registry is asked now and then. */
  private static final int SAME_ID = 500;

  private final ImageDataset images;
  private final ChaosJob job;
  private final Random random;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private long sent;

  /**
   * @param plan seed, and images to choose from
   * @param bootstrapServers address of the broker
   * @param job job whose input topic is fed
   */
  StormFeeder(ChaosPlan plan, String bootstrapServers, ChaosJob job) {
    this.images = plan.dataset();
    this.job = job;
    this.random = new Random(plan.seed());
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

  /**
   * Sends images until there are enough or the thread is interrupted.
   *
   * @param count images to send
   * @param rate images a second; 0 is as fast as the broker takes them
   * @throws Exception when Kafka has refused an image
   */
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
    // Every id is sent in every stream: images of two streams must not meet.
    long turn = sent++;
    RecordKey key =
        new RecordKey(
            ChaosJob.STREAMS.get((int) (turn % ChaosJob.STREAMS.size())),
            "storm-" + turn / ChaosJob.STREAMS.size());
    byte[] value = sealed(image(key, example));
    if (sent % DAMAGE_EVERY == 0) {
      value = Arrays.copyOf(value, 5 + random.nextInt(value.length / 2));
    }
    send(key, value);
    if (sent % REPEAT_EVERY == 0) {
      send(key, value);
    }
    if (sent % DELETE_EVERY == 0) {
      send(key, null);
      if (sent % DELETED_FOR_GOOD_EVERY != 0) {
        send(key, value);
      }
    }
  }

  private LabeledImage image(RecordKey key, LabeledExample example) {
    return LabeledImage.newBuilder()
        .setImageId(key.imageId())
        .setStream(key.stream())
        .setLabel(sent % UNLABELED_EVERY == 0 ? null : example.label())
        .setImage(ByteBuffer.wrap(example.encoded()))
        .setEventTime(
            sent % WRONG_EVENT_TIME_EVERY == 0
                ? Instant.ofEpochMilli(EventTimes.ofWrongClock(random))
                : Instant.now())
        .build();
  }

  private byte[] sealed(LabeledImage image) throws IOException {
    return sent % REGISTERED_EVERY == 0
        ? RegisteredImage.seal(image, (int) (sent / SAME_ID))
        : ImageEnvelope.seal(image);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private void send(RecordKey key, byte[] value) {
    Long timestamp =
        sent % BROKEN_CLOCK_EVERY == 0 ? Long.valueOf(EventTimes.ofBrokenClock(random)) : null;
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(job.topics().images(), null, timestamp, key.bytes(), value);
    record.headers().add("storm", key.bytes()); // dead letters must return it
    if (sent % ODD_HEADERS_EVERY == 0) {
      HostileHeaders.draw(random).forEach(record.headers()::add);
    }
    producer.send(
        record,
        (metadata, exception) -> {
          if (exception != null) {
            failure.compareAndSet(null, exception);
          }
        });
  }
}
