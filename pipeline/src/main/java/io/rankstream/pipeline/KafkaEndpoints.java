package io.rankstream.pipeline;

import io.rankstream.pipeline.config.Delivery;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.WireFormat;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.wire.ConfluentEncoding;
import io.rankstream.pipeline.wire.FittingLetter;
import io.rankstream.pipeline.wire.RawRecordDeserializer;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.HeaderProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The ends of the job on Kafka; the only class of the job that knows Kafka. */
public final class KafkaEndpoints {

  private KafkaEndpoints() {}

  /** Source and sinks on the topics that the configuration names. */
  public static Endpoints from(JobConfig config) {
    JobConfig.Output output = config.output();
    // Lambdas where method references would do: two serialized references to one method come back
    // with the type of the first.
    return new Endpoints(
        source(config),
        sink(
            config,
            output.embeddingsTopic(),
            "embeddings",
            embedding -> utf8(embedding.getImageId()),
            ImageEmbedding.class,
            ImageEmbedding::toByteBuffer,
            embedding ->
                headers(embedding)
                    .add("model_version", utf8(Long.toString(embedding.getModelVersion())))
                    .add("space_id", utf8(embedding.getSpaceId()))),
        sink(
            config,
            output.metricsTopic(),
            "metrics",
            metrics -> utf8(metrics.getStream()),
            TrainingMetrics.class,
            TrainingMetrics::toByteBuffer,
            metrics -> headers(metrics)),
        sink(
            config,
            output.modelVersionsTopic(),
            "model-versions",
            version -> utf8(version.getStream()),
            ModelVersion.class,
            ModelVersion::toByteBuffer,
            version -> headers(version)),
        sink(
            config,
            output.deadLettersTopic(),
            "dead-letters",
            letter -> {
              ByteBuffer key = FittingLetter.of(letter, output.maxDeadLetterBytes()).getKey();
              return key == null ? null : bytes(key);
            },
            DeadLetter.class,
            letter -> FittingLetter.of(letter, output.maxDeadLetterBytes()).toByteBuffer(),
            letter -> headers(letter).add("reason", utf8(letter.getReason()))));
  }

  @SuppressWarnings("deprecation") // the connector still asks for the class that Kafka 4 deprecates
  private static KafkaSource<RawRecord> source(JobConfig config) {
    Properties consumer = new Properties();
    // What an upstream transaction takes back must not be learnt.
    consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consumer.putAll(config.kafka().properties());
    KafkaSourceBuilder<RawRecord> builder =
        KafkaSource.<RawRecord>builder()
            .setProperties(consumer)
            .setProperty("commit.offsets.on.checkpoint", "true")
            .setTopics(config.input().topic())
            .setGroupId(config.input().groupId())
            .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
            .setDeserializer(new RawRecordDeserializer());
    if (config.input().bounded()) {
      builder.setBounded(OffsetsInitializer.latest());
    }
    return builder.build();
  }

  private static <T extends SpecificRecord> KafkaSink<T> sink(
      JobConfig config,
      String topic,
      String name,
      SerializationSchema<T> key,
      Class<T> type,
      AvroEncoding<T> singleObject,
      HeaderProvider<T> headers) {
    JobConfig.Output output = config.output();
    SerializationSchema<T> encoding =
        switch (output.wireFormat()) {
          case SINGLE_OBJECT -> singleObject;
          case CONFLUENT -> new ConfluentEncoding<>(config.registry(), topic, type);
        };
    byte[] contentType = utf8(contentType(output.wireFormat()));
    Properties producer = new Properties();
    producer.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    int largest = Math.max(16 << 20, output.maxDeadLetterBytes());
    producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(largest));
    producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(2L * largest));
    if (output.delivery() == Delivery.EXACTLY_ONCE) {
      // What a transaction holds is seen at its end, not before: there is time for large requests.
      producer.put(ProducerConfig.LINGER_MS_CONFIG, "1000");
      producer.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 << 10));
    }
    producer.putAll(config.kafka().properties());
    producer.put(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        Long.toString(output.transactionTimeout().toMillis()));
    return KafkaSink.<T>builder()
        .setKafkaProducerConfig(producer)
        .setBootstrapServers(config.kafka().bootstrapServers())
        .setDeliveryGuarantee(
            switch (output.delivery()) {
              case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
              case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
            })
        .setTransactionalIdPrefix(output.transactionalIdPrefix() + "-" + name)
        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
        .setRecordSerializer(
            KafkaRecordSerializationSchema.<T>builder()
                .setTopic(topic)
                .setKeySerializationSchema(key)
                .setValueSerializationSchema(new TypedEncoding<>(encoding, type))
                .setHeaderProvider(
                    record -> headers.getHeaders(record).add("content-type", contentType))
                .build())
        .build();
  }

  /** Avro single-object encoding: C3 01, the fingerprint of the schema, the record. */
  private interface AvroEncoding<T> extends SerializationSchema<T> {

    ByteBuffer encode(T record) throws IOException;

    @Override
    default byte[] serialize(T record) {
      try {
        return bytes(encode(record));
      } catch (IOException e) {
        throw new UncheckedIOException("An output record cannot be encoded", e);
      }
    }
  }

  /** Names the type of the records; without it the connector logs a stack trace for each sink. */
  private record TypedEncoding<T>(SerializationSchema<T> encoding, Class<T> type)
      implements SerializationSchema<T>, ResultTypeQueryable<T> {

    @Override
    public void open(InitializationContext context) throws Exception {
      encoding.open(context);
    }

    @Override
    public byte[] serialize(T record) {
      return encoding.serialize(record);
    }

    @Override
    public TypeInformation<T> getProducedType() {
      return TypeInformation.of(type);
    }
  }

  private static String contentType(WireFormat format) {
    return switch (format) {
      case SINGLE_OBJECT -> "application/vnd.apache.avro+single-object";
      case CONFLUENT -> "application/vnd.apache.avro+confluent";
    };
  }

  private static Headers headers(SpecificRecord record) {
    return new RecordHeaders().add("ce_type", utf8(record.getSchema().getFullName()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
