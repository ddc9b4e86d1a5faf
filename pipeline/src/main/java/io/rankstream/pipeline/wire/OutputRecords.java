package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializationSchema.InitializationContext;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.DefaultTypeDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.lineage.TypeDatasetFacet;
import org.apache.flink.connector.kafka.lineage.TypeDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.HeaderProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.util.function.SerializableFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * Makes the Kafka records of an output topic: key, value and headers. It also gives Flink's lineage
 * the topic and the type of the records; without them the connector logs about each sink.
 *
 * @param <T> the Avro record in the value
 */
public final class OutputRecords<T extends SpecificRecord>
    implements KafkaRecordSerializationSchema<T>,
        KafkaDatasetFacetProvider,
        TypeDatasetFacetProvider {

  private static final long serialVersionUID = 1L;

  /**
   * The producer fills in the time of writing. The time of an input record may be anything: brokers
   * refuse some times, and retention deletes records by them.
   */
  private static final Long NOW = null;

  private final String topic;
  private final RecordEncoding<T> encoding;
  private final SerializableFunction<T, T> fitting;
  private final SerializableFunction<T, byte[]> key;
  private final HeaderProvider<T> headers;

  /**
   * @param fitting replaces a record by one that the topic accepts
   * @param key makes the key of a record; null for none
   * @param headers makes the headers that only this topic has
   */
  private OutputRecords(
      String topic,
      RecordEncoding<T> encoding,
      SerializableFunction<T, T> fitting,
      SerializableFunction<T, byte[]> key,
      HeaderProvider<T> headers) {
    this.topic = topic;
    this.encoding = encoding;
    this.fitting = fitting;
    this.key = key;
    this.headers = headers;
  }

  /** Embeddings, keyed by stream and image id. */
  static OutputRecords<ImageEmbedding> embeddings(JobConfig config) {
    String topic = config.output().embeddingsTopic();
    return new OutputRecords<>(
        topic,
        RecordEncoding.of(config, topic, ImageEmbedding.class),
        embedding -> embedding,
        embedding -> new RecordKey(embedding.getStream(), embedding.getImageId()).bytes(),
        OutputRecords::headersOf);
  }

  /** What a consumer can decide on without reading the value: which weights embedded the image. */
  private static Headers headersOf(ImageEmbedding embedding) {
    return new RecordHeaders()
        .add("model_version", utf8(Long.toString(embedding.getModelVersion())))
        .add("space_id", utf8(embedding.getSpaceId()))
        .add("lineage", utf8(embedding.getLineage()));
  }

  /** The headers of a deletion that names a version. */
  static Headers headersOf(VersionRank version) {
    return new RecordHeaders()
        .add("model_version", utf8(Long.toString(version.version())))
        .add("lineage", utf8(version.lineage()));
  }

  /** Training metrics, keyed by stream. */
  public static OutputRecords<TrainingMetrics> metrics(JobConfig config) {
    String topic = config.output().metricsTopic();
    return new OutputRecords<>(
        topic,
        RecordEncoding.of(config, topic, TrainingMetrics.class),
        metrics -> metrics,
        metrics -> utf8(metrics.getStream()),
        metrics -> new RecordHeaders());
  }

  /** Model versions, keyed by stream. */
  public static OutputRecords<ModelVersion> modelVersions(JobConfig config) {
    String topic = config.output().modelVersionsTopic();
    return new OutputRecords<>(
        topic,
        RecordEncoding.of(config, topic, ModelVersion.class),
        version -> version,
        version -> utf8(version.getStream()),
        version -> new RecordHeaders());
  }

  /** Dead letters, cut to what their topic accepts, with the key of the refused record. */
  public static OutputRecords<DeadLetter> deadLetters(JobConfig config) {
    LetterLimit limit = new LetterLimit(config);
    return deadLetters(config, letter -> FittingLetter.of(letter, limit.bytes()));
  }

  static OutputRecords<DeadLetter> deadLetters(
      JobConfig config, SerializableFunction<DeadLetter, DeadLetter> fitting) {
    String topic = config.output().deadLettersTopic();
    return new OutputRecords<>(
        topic,
        RecordEncoding.of(config, topic, DeadLetter.class),
        fitting,
        letter -> Utils.toNullableArray(letter.getKey()),
        LetterHeaders::of);
  }

  @Override
  public void open(InitializationContext context, KafkaSinkContext sinkContext) {
    encoding.open();
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(T record, KafkaSinkContext context, Long time) {
    T fit = fitting.apply(record); // once: it may hash a hundred megabytes
    return new ProducerRecord<>(
        topic, null, NOW, key.apply(fit), encoding.encode(fit), headers(fit));
  }

  private Headers headers(T record) {
    Headers all = new RecordHeaders().add("ce_type", utf8(record.getSchema().getFullName()));
    headers.getHeaders(record).forEach(all::add);
    return all.add("content-type", utf8(encoding.contentType()));
  }

  @Override
  public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
    return Optional.of(
        new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
  }

  @Override
  public Optional<TypeDatasetFacet> getTypeDatasetFacet() {
    return Optional.of(new DefaultTypeDatasetFacet(TypeInformation.of(encoding.type())));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
