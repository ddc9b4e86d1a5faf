package io.rankstream.pipeline;

import io.rankstream.pipeline.config.Delivery;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.ProducerTimes;
import io.rankstream.pipeline.config.Sink;
import io.rankstream.pipeline.connect.CommittedOrEarliest;
import io.rankstream.pipeline.connect.InputOffsets;
import io.rankstream.pipeline.connect.InputSource;
import io.rankstream.pipeline.connect.InputSubscriber;
import io.rankstream.pipeline.connect.KafkaCorpus;
import io.rankstream.pipeline.connect.OutputSink;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.wire.EmbeddingRecords;
import io.rankstream.pipeline.wire.OutputRecords;
import io.rankstream.pipeline.wire.RawRecordDeserializer;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The ends of the job on Kafka: the source and the sinks, with their client settings. */
public final class KafkaEndpoints {

  private KafkaEndpoints() {}

  /** Source and sinks on the topics that the configuration names. */
  public static Endpoints from(JobConfig config) {
    JobConfig.Output output = config.output();
    return new Endpoints(
        source(config),
        sink(config, Sink.EMBEDDINGS, output.embeddingsTopic(), new EmbeddingRecords(config)),
        sink(config, Sink.METRICS, output.metricsTopic(), OutputRecords.metrics(config)),
        sink(
            config,
            Sink.MODEL_VERSIONS,
            output.modelVersionsTopic(),
            OutputRecords.modelVersions(config)),
        sink(
            config,
            Sink.DEAD_LETTERS,
            output.deadLettersTopic(),
            OutputRecords.deadLetters(config)),
        config.epochs().isOn() ? epochs(config) : null);
  }

  private static EpochEndpoints epochs(JobConfig config) {
    KafkaSource<RawRecord> control =
        KafkaSource.<RawRecord>builder()
            .setProperties(consumer(config))
            .setTopics(config.epochs().controlTopic())
            .setProperty("commit.offsets.on.checkpoint", "true")
            .setGroupId(config.input().groupId())
            .setClientIdPrefix(config.input().groupId() + "-control")
            // What was asked for before the job began is not meant for it. The end of the topic at
            // the start of the source would be another one after a failure.
            .setStartingOffsets(OffsetsInitializer.timestamp(System.currentTimeMillis()))
            .setDeserializer(new RawRecordDeserializer())
            .build();
    return new EpochEndpoints(
        control, new KafkaCorpus(config.kafka(), config.input().topic(), config.input().groupId()));
  }

  private static InputSource source(JobConfig config) {
    InputSubscriber subscriber =
        new InputSubscriber(config.input().topic(), config.input().onMissingOffsets());
    KafkaSourceBuilder<RawRecord> builder =
        KafkaSource.<RawRecord>builder()
            .setProperties(consumer(config))
            .setProperty("commit.offsets.on.checkpoint", "true")
            .setKafkaSubscriber(subscriber)
            .setGroupId(config.input().groupId())
            .setStartingOffsets(new CommittedOrEarliest())
            .setDeserializer(new RawRecordDeserializer());
    if (config.input().bounded()) {
      builder.setBounded(OffsetsInitializer.latest());
    }
    return new InputSource(
        builder.build(), subscriber, new InputOffsets(config.kafka(), config.input()));
  }

  private static Properties consumer(JobConfig config) {
    Properties consumer = new Properties();
    // Records that an upstream transaction aborts must not be learnt.
    consumer.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    // A topic that was made anew, and new partitions, are found within a minute.
    consumer.put("partition.discovery.interval.ms", "60000");
    consumer.putAll(config.kafka().properties());
    return consumer;
  }

  private static <T> OutputSink<T> sink(
      JobConfig config, Sink sink, String topic, KafkaRecordSerializationSchema<T> records) {
    JobConfig.Output output = config.output();
    KafkaSink<T> kafka =
        KafkaSink.<T>builder()
            .setKafkaProducerConfig(producer(config, sink.delivery(output)))
            .setBootstrapServers(config.kafka().bootstrapServers())
            .setDeliveryGuarantee(
                switch (sink.delivery(output)) {
                  case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
                  case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
                })
            .setTransactionalIdPrefix(sink.transactionalIdPrefix(output.transactionalIdPrefix()))
            .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
            .setRecordSerializer(records)
            .build();
    return new OutputSink<>(kafka, topic, output.transactionTimeout());
  }

  /** The settings of the producers of a sink. */
  static Properties producer(JobConfig config, Delivery delivery) {
    JobConfig.Output output = config.output();
    Properties producer = new Properties();
    producer.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    int largest = Math.max(16 << 20, output.maxDeadLetterBytes());
    producer.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(largest));
    producer.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(2L * largest));
    if (delivery == Delivery.EXACTLY_ONCE) {
      producer.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(256 << 10));
    }
    ProducerTimes.of(config.kafka(), output, delivery).addTo(producer);
    producer.putAll(config.kafka().properties());
    producer.put(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        Long.toString(output.transactionTimeout().toMillis()));
    return producer;
  }
}
