package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.mirror.PointId;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.ImageEmbedding;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** The mirror command on a real broker. */
class MirrorITCase {

  private static final String CAT = "1c195676-8c45-577f-a467-67d514c36b8c";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void copiesEachRecordOnceAndTombstonesToo() throws Exception {
    try (LocalRun kafka = LocalRun.start("test")) {
      String servers = kafka.bootstrapServers();
      for (String topic : List.of("embeddings", "qdrant", "milvus")) {
        Topics.createImages(kafka.clients(), topic);
      }
      Properties settings = kafka.clients();
      settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "upstream");
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
        producer.initTransactions();
        producer.beginTransaction();
        send(producer, "default\ncats/1.jpg", embedding("default", "cats/1.jpg", 1));
        send(producer, "other\ncats/1.jpg", embedding("other", "cats/1.jpg", 1));
        send(producer, "default\nnoise", new byte[] {1, 2, 3});
        producer.commitTransaction();
        producer.beginTransaction();
        send(producer, "default\ntaken-back", embedding("default", "taken-back", 2));
        producer.abortTransaction();
        assertThat(mirror(servers, "qdrant", "qdrant")).contains("embeddings-0@2 cannot be read");

        producer.beginTransaction();
        send(producer, "other\ncats/1.jpg", null); // of another stream: another point
        send(producer, "default\ncats/1.jpg", null);
        producer.commitTransaction();
      }
      assertThat(mirror(servers, "qdrant", "qdrant")).isEmpty();
      mirror(servers, "milvus", "milvus");

      List<ConsumerRecord<byte[], byte[]>> qdrant = kafka.records("qdrant");
      assertThat(qdrant).hasSize(2);
      JsonNode key = JSON.readTree("{\"collection_name\":\"images\",\"id\":\"" + CAT + "\"}");
      assertThat(JSON.readTree(qdrant.get(0).key())).isEqualTo(key);
      JsonNode point = JSON.readTree(qdrant.get(0).value());
      assertThat(point.get("collection_name").asText()).isEqualTo("images");
      assertThat(point.get("id").asText()).isEqualTo(CAT);
      assertThat(point.get("vector").toString()).isEqualTo("[0.6,-0.8]");
      assertThat(point.get("payload").get("image_id").asText()).isEqualTo("cats/1.jpg");
      assertThat(point.get("payload").get("space_id").asText()).isEqualTo("default/space");
      assertThat(JSON.readTree(qdrant.get(1).key())).isEqualTo(key);
      assertThat(qdrant.get(1).value()).isNull();

      List<ConsumerRecord<byte[], byte[]>> milvus = kafka.records("milvus");
      assertThat(milvus).hasSize(2);
      JsonNode row = JSON.readTree(milvus.get(0).value());
      assertThat(row.get("id").asText()).isEqualTo(CAT);
      assertThat(row.get("vector")).hasSize(2);
      assertThat(row.get("label").asText()).isEqualTo("cats");
      assertThat(row.has("payload")).isFalse();
    }
  }

  /**
   * The value is Python's {@code uuid.uuid5(uuid.NAMESPACE_URL, "rankstream:default\ncats/1.jpg")}.
   */
  @Test
  void pointIdsAreThoseOfOtherLanguages() {
    assertThat(PointId.of(new RecordKey("default", "cats/1.jpg"))).hasToString(CAT);
  }

  private static byte[] embedding(String stream, String id, long version) throws Exception {
    return ImageEmbedding.newBuilder()
        .setImageId(id)
        .setStream(stream)
        .setLabel("cats")
        .setEmbedding(List.of(0.6f, -0.8f))
        .setTrained(true)
        .setModelVersion(version)
        .setSpaceId(stream + "/space")
        .setDimension(2)
        .setMetric("squared_euclidean")
        .setNormalized(true)
        .setEventTime(Instant.ofEpochMilli(1_700_000_000_000L))
        .setSourceTopic("images")
        .setSourcePartition(0)
        .setSourceOffset(7)
        .build()
        .toByteBuffer()
        .array();
  }

  private static void send(KafkaProducer<byte[], byte[]> producer, String key, byte[] value)
      throws Exception {
    producer
        .send(new ProducerRecord<>("embeddings", key.getBytes(StandardCharsets.UTF_8), value))
        .get();
  }

  private static String mirror(String servers, String format, String to) {
    StringWriter err = new StringWriter();
    int code =
        Lab.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute(
                "mirror",
                "--bootstrap-servers",
                servers,
                "--format",
                format,
                "--collection",
                "images",
                "--from",
                "embeddings",
                "--to",
                to,
                "--no-follow");
    assertThat(code).as(err.toString()).isZero();
    return err.toString();
  }
}
