package io.rankstream.pipeline.tools.feed;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends the images of a set to the input topic, keyed by stream and image id. */
public final class ImageFeeder implements AutoCloseable {

  private static final byte[] CONTENT_TYPE =
      ImageEnvelope.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8);

  private final InputProducer producer;

  /**
   * @param clients Kafka client settings
   */
  public ImageFeeder(Properties clients) {
    producer = new InputProducer(clients);
  }

  /**
   * Sends images in an order, as often as the plan says, and waits until Kafka has stored them.
   *
   * @param order indices into the set; later epochs have orders of their own
   * @param progress called with the number of images sent so far
   * @throws IOException when an image cannot be read or Kafka refuses one
   */
  public void feed(ImageDataset dataset, List<Integer> order, FeedPlan plan, IntConsumer progress)
      throws IOException {
    int total = plan.images(order.size());
    Pace pace = new Pace(plan.rate());
    List<Integer> current = order;
    for (int i = 0; i < total && !Thread.currentThread().isInterrupted(); i++) {
      int epoch = i / order.size();
      int place = i % order.size();
      if (place == 0) {
        current = plan.epochs().order(order, epoch, plan.seed());
      }
      pace.await(i);
      LabeledExample example = dataset.example(current.get(place));
      producer.send(record(plan, example, Instant.now().minus(plan.epochs().age(epoch))));
      progress.accept(i + 1);
    }
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }

  /** The record of an image. */
  static ProducerRecord<byte[], byte[]> record(
      FeedPlan plan, LabeledExample example, Instant eventTime) throws IOException {
    LabeledImage image =
        LabeledImage.newBuilder()
            .setImageId(example.id())
            .setStream(plan.stream())
            .setLabel(isLabeled(plan, example) ? example.label() : null)
            .setImage(ByteBuffer.wrap(example.encoded()))
            .setEventTime(eventTime)
            .build();
    byte[] key = new RecordKey(plan.stream(), example.id()).bytes();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(plan.topic(), key, ImageEnvelope.seal(image));
    record.headers().add("content-type", CONTENT_TYPE);
    return record;
  }

  /** Whether an image is sent with its label: in every epoch or in none. */
  private static boolean isLabeled(FeedPlan plan, LabeledExample example) {
    long seed = plan.seed() * 1_000_003 + example.id().hashCode();
    return new SplittableRandom(seed).nextDouble() >= plan.unlabeled();
  }
}
