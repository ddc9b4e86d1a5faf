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
import java.util.Random;
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
   * Sends images in an order and waits until Kafka has stored them.
   *
   * @param order indices into the set
   * @param progress called with the number of images sent so far
   * @throws IOException when an image cannot be read or Kafka refuses one
   */
  public void feed(ImageDataset dataset, List<Integer> order, FeedPlan plan, IntConsumer progress)
      throws IOException {
    Random random = new Random(plan.seed());
    Pace pace = new Pace(plan.rate());
    for (int i = 0; i < order.size() && !Thread.currentThread().isInterrupted(); i++) {
      pace.await(i);
      LabeledExample example = dataset.example(order.get(i));
      boolean labeled = random.nextDouble() >= plan.unlabeled();
      send(plan, example, labeled ? example.label() : null);
      progress.accept(i + 1);
    }
    producer.flush();
  }

  @Override
  public void close() {
    producer.close();
  }

  private void send(FeedPlan plan, LabeledExample example, String label) throws IOException {
    LabeledImage image =
        LabeledImage.newBuilder()
            .setImageId(example.id())
            .setStream(plan.stream())
            .setLabel(label)
            .setImage(ByteBuffer.wrap(example.encoded()))
            .setEventTime(Instant.now())
            .build();
    byte[] key = new RecordKey(plan.stream(), example.id()).bytes();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(plan.topic(), key, ImageEnvelope.seal(image));
    record.headers().add("content-type", CONTENT_TYPE);
    producer.send(record);
  }
}
