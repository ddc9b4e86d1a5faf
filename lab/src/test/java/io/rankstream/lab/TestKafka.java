package io.rankstream.lab;

import io.rankstream.lab.local.EmbeddedKafka;
import io.rankstream.lab.local.KafkaTopicReader;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker with the topics of one job after the other, written and read from outside. */
final class TestKafka implements AutoCloseable {

  private final EmbeddedKafka broker;

  TestKafka(Path directory) throws Exception {
    broker = EmbeddedKafka.start(directory, Map.of());
  }

  /** Fresh topics of one partition each. */
  TopicNames topics(String prefix) throws Exception {
    TopicNames names =
        new TopicNames(
            prefix + ".images",
            prefix + ".embeddings",
            prefix + ".metrics",
            prefix + ".models",
            prefix + ".images.dlq");
    Topics.create(clients(), names, 1);
    return names;
  }

  /** Settings of a small job on the topics. */
  Configuration settings(TopicNames names, Path checkpoints, String... pairs) {
    Configuration settings = new Configuration();
    settings.setString("kafka.bootstrap.servers", broker.bootstrapServers());
    settings.setString("input.topic", names.images());
    settings.setString("input.group-id", names.images());
    settings.setString("output.embeddings-topic", names.embeddings());
    settings.setString("output.metrics-topic", names.metrics());
    settings.setString("output.model-versions-topic", names.modelVersions());
    settings.setString("output.dead-letters-topic", names.deadLetters());
    settings.setString("output.transactional-id-prefix", names.images());
    settings.setString("batch.train-every", "8");
    settings.setString("batch.max-wait", "1 h");
    settings.setString("model.embedding-dimension", "32");
    settings.setString("prequential.fading-factor", "0.98");
    settings.setString("parallelism.default", "1");
    settings.setString("execution.checkpointing.interval", "300 ms");
    settings.setString("execution.checkpointing.dir", checkpoints.toUri().toString());
    for (int i = 0; i < pairs.length; i += 2) {
      settings.setString(pairs[i], pairs[i + 1]);
    }
    return settings;
  }

  void send(String topic, List<byte[]> values) throws Exception {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            broker.bootstrapServers(),
            "max.request.size",
            Topics.MAX_RECORD_BYTES);
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < values.size(); i++) {
        byte[] key = ("key-" + i).getBytes(StandardCharsets.UTF_8);
        sent.add(producer.send(new ProducerRecord<>(topic, key, values.get(i))));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  /** The offset that a job has committed on partition 0 of its input. */
  long committedOffset(TopicNames names) throws Exception {
    try (Admin admin = Admin.create(clients())) {
      Map<TopicPartition, OffsetAndMetadata> offsets =
          admin.listConsumerGroupOffsets(names.images()).partitionsToOffsetAndMetadata().get();
      OffsetAndMetadata offset = offsets.get(new TopicPartition(names.images(), 0));
      return offset == null ? 0 : offset.offset();
    }
  }

  List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    return KafkaTopicReader.committed(broker.bootstrapServers(), topic);
  }

  List<ImageEmbedding> embeddings(TopicNames names) throws Exception {
    List<ImageEmbedding> embeddings = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records(names.embeddings())) {
      embeddings.add(ImageEmbedding.getDecoder().decode(record.value()));
    }
    return embeddings;
  }

  List<TrainingMetrics> metrics(TopicNames names) throws Exception {
    List<TrainingMetrics> metrics = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records(names.metrics())) {
      metrics.add(TrainingMetrics.getDecoder().decode(record.value()));
    }
    return metrics;
  }

  List<ModelVersion> modelVersions(TopicNames names) throws Exception {
    List<ModelVersion> versions = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records(names.modelVersions())) {
      versions.add(ModelVersion.getDecoder().decode(record.value()));
    }
    return versions;
  }

  List<DeadLetter> deadLetters(TopicNames names) throws Exception {
    List<DeadLetter> letters = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records(names.deadLetters())) {
      letters.add(DeadLetter.getDecoder().decode(record.value()));
    }
    return letters;
  }

  @Override
  public void close() {
    broker.close();
  }

  /** What a client needs to reach the broker. */
  Properties clients() {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", broker.bootstrapServers());
    return clients;
  }
}
