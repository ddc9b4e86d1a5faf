package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.ImageEmbedding;
import java.util.Optional;
import org.apache.flink.api.common.serialization.SerializationSchema.InitializationContext;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.lineage.TypeDatasetFacet;
import org.apache.flink.connector.kafka.lineage.TypeDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Makes the records of the embeddings topic: an embedding, or a record without value (a tombstone)
 * for an image that was deleted. Both have the {@linkplain RecordKey key} of the image, so they are
 * in one partition, in order. A tombstone that deletes the embedding of one version alone names it
 * in its headers.
 */
public final class EmbeddingRecords
    implements KafkaRecordSerializationSchema<EmbeddingChange>,
        KafkaDatasetFacetProvider,
        TypeDatasetFacetProvider {

  private static final long serialVersionUID = 1L;

  private final String topic;
  private final OutputRecords<ImageEmbedding> embeddings;

  /** The records of the topic that a configuration names. */
  public EmbeddingRecords(JobConfig config) {
    topic = config.output().embeddingsTopic();
    embeddings = OutputRecords.embeddings(config);
  }

  @Override
  public void open(InitializationContext context, KafkaSinkContext sinkContext) {
    embeddings.open(context, sinkContext);
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      EmbeddingChange change, KafkaSinkContext context, Long time) {
    if (change.isDeletion()) {
      byte[] key = new RecordKey(change.stream(), change.imageId()).bytes();
      return new ProducerRecord<>(topic, null, null, key, null, headers(change.only()));
    }

    return embeddings.serialize(change.embedding(), context, time);
  }

  private static Headers headers(VersionRank only) {
    return only == null ? new RecordHeaders() : OutputRecords.headersOf(only);
  }

  @Override
  public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
    return embeddings.getKafkaDatasetFacet();
  }

  @Override
  public Optional<TypeDatasetFacet> getTypeDatasetFacet() {
    return embeddings.getTypeDatasetFacet();
  }
}
