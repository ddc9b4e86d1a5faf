package io.rankstream.lab.chaos;

import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.LabeledImage;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends images of 1 MB as fast as the broker takes them, to a job with a small heap. */
final class LargeImages {

  /** More megabytes than a task manager has for its tasks. */
  private static final int COUNT = 600;

  private static final int SIDE = 600; // noise does not get smaller in a PNG file

  private final Properties clients;
  private final String topic;
  private int sent;

  LargeImages(Properties clients, String topic) {
    this.clients = clients;
    this.topic = topic;
  }

  /**
   * Sends them.
   *
   * @throws Exception when Kafka refuses one
   */
  void send() throws Exception {
    byte[] png = noise();
    Map<String, Object> settings = new HashMap<>();
    clients.forEach((key, value) -> settings.put((String) key, value));
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.MAX_RECORD_BYTES);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<?>> answers = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        RecordKey key =
            new RecordKey(ChaosJob.STREAMS.get(i % ChaosJob.STREAMS.size()), "large-" + sent++);
        answers.add(
            producer.send(
                new ProducerRecord<>(topic, key.bytes(), ImageEnvelope.seal(image(key, png)))));
      }
      for (Future<?> answer : answers) {
        answer.get();
      }
    }
  }

  private static LabeledImage image(RecordKey key, byte[] png) {
    return LabeledImage.newBuilder()
        .setImageId(key.imageId())
        .setStream(key.stream())
        .setLabel("large")
        .setImage(ByteBuffer.wrap(png))
        .setEventTime(Instant.now())
        .build();
  }

  private static byte[] noise() throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_3BYTE_BGR);
    new Random(1).nextBytes(((DataBufferByte) image.getRaster().getDataBuffer()).getData());
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ImageIO.write(image, "png", encoded);
    return encoded.toByteArray();
  }
}
