package io.rankstream.pipeline.tools.feed;

import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.wire.RecordKey;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Asks a job to forget images: sends a record without value (a tombstone) for each. */
public final class ImageDeletion {

  private final Properties clients;
  private final String topic;

  /**
   * @param clients Kafka client settings
   * @param topic input topic of the job
   */
  public ImageDeletion(Properties clients, String topic) {
    this.clients = clients;
    this.topic = topic;
  }

  /**
   * Sends the deletions and waits until Kafka has stored them.
   *
   * @throws IOException when Kafka refuses one; those before it may have been stored
   * @throws ExecutionException when there is no such topic
   */
  public void send(List<RecordKey> images)
      throws IOException, ExecutionException, InterruptedException {
    Topics.require(clients, topic); // a producer may create it
    try (InputProducer producer = new InputProducer(clients)) {
      for (RecordKey image : images) {
        producer.send(new ProducerRecord<>(topic, image.bytes(), null));
      }
      producer.flush();
    }
  }
}
