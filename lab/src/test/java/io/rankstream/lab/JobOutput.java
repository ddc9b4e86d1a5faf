package io.rankstream.lab;

import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes embeddings, deletions and marks of epochs as a job does, in transactions. The stream is
 * default, the lineage L.
 */
public final class JobOutput implements AutoCloseable {

  private static final String LINEAGE = "L";

  private final TopicNames topics;
  private final KafkaProducer<byte[], byte[]> producer;

  /**
   * @param clients Kafka client settings
   */
  public JobOutput(Properties clients, TopicNames topics) {
    this.topics = topics;
    Properties settings = new Properties();
    settings.putAll(clients);
    settings.put("transactional.id", "job");
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  /** Writes records in one transaction. */
  @SafeVarargs
  public final void commit(ProducerRecord<byte[], byte[]>... records) {
    write(records);
    producer.commitTransaction();
  }

  /** Writes records and leaves their transaction open. */
  @SafeVarargs
  @SuppressWarnings("FutureReturnValueIgnored") // the commit throws what went wrong
  public final void write(ProducerRecord<byte[], byte[]>... records) {
    producer.beginTransaction();
    for (ProducerRecord<byte[], byte[]> record : records) {
      producer.send(record);
    }
    producer.flush();
  }

  /** Commits what was written. */
  public void commit() {
    producer.commitTransaction();
  }

  /** An embedding of an image, of two values. */
  public ProducerRecord<byte[], byte[]> embedding(String image, long version) throws IOException {
    return embedding(image, version, 0.6f, 0.8f);
  }

  /** An embedding of an image of the class cat. */
  public ProducerRecord<byte[], byte[]> embedding(String image, long version, float... values)
      throws IOException {
    ImageEmbedding embedding = Records.embedding(0, "cat", version, values);
    embedding.setImageId(image);
    embedding.setLineage(LINEAGE);
    embedding.setNormalized(true);
    return new ProducerRecord<>(topics.embeddings(), key(image), embedding.toByteBuffer().array());
  }

  /** A deletion of an image. */
  public ProducerRecord<byte[], byte[]> tombstone(String image) {
    return new ProducerRecord<>(topics.embeddings(), key(image), null);
  }

  /** A deletion of what one version embedded: the other one still has the image. */
  public ProducerRecord<byte[], byte[]> tombstoneOf(String image, long version) {
    ProducerRecord<byte[], byte[]> tombstone = tombstone(image);
    tombstone.headers().add("model_version", bytes(Long.toString(version)));
    tombstone.headers().add("lineage", bytes(LINEAGE));
    return tombstone;
  }

  /**
   * A mark of the epoch of version 5, which follows version 1, or of one that follows version 5.
   */
  public ProducerRecord<byte[], byte[]> mark(long version, EpochState state) throws IOException {
    ModelVersion mark = Records.mark(version, version, state);
    mark.setLineage(LINEAGE);
    mark.getEpoch().setPreviousLineage(LINEAGE);
    mark.getEpoch().setPreviousVersion(version == 5 ? 1 : 5);
    return new ProducerRecord<>(
        topics.modelVersions(), bytes("default"), mark.toByteBuffer().array());
  }

  private static byte[] key(String image) {
    return bytes("default\n" + image);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    producer.close();
  }
}
