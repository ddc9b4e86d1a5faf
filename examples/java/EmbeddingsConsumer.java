import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Prints committed embeddings as JSON lines, from the first to the present end of the topic.
 *
 * <pre>
 * java -cp "pipeline/target/rankstream.jar:pipeline/target/lib/*" examples/java/EmbeddingsConsumer.java \
 *     localhost:9092 embeddings.v2
 * </pre>
 */
public final class EmbeddingsConsumer {

  public static void main(String[] arguments) {
    String servers = arguments.length > 0 ? arguments[0] : "localhost:9092";
    try {
      print(servers, arguments.length > 1 ? arguments[1] : "embeddings.v2");
    } catch (KafkaException e) {
      stop("Kafka at %s: %s; start it, or correct the address".formatted(servers, e.getMessage()));
    } catch (IOException e) {
      stop(e.getMessage());
    }
  }

  private static void stop(String message) {
    System.err.println("error: " + message);
    System.exit(1);
  }

  private static void print(String servers, String topic) throws IOException {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", servers,
            "isolation.level", "read_committed", // nothing that a failure takes back
            "enable.auto.commit", "false",
            "allow.auto.create.topics", "false",
            "default.api.timeout.ms", "30000");
    ObjectMapper json = new ObjectMapper();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .collect(Collectors.toList());
      if (partitions.isEmpty()) {
        throw new IOException("There is no topic " + topic + ": correct its name, or start the job, which creates it");
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          System.out.println(json.writeValueAsString(line(record)));
        }
      }
    }
  }

  private static Map<String, Object> line(ConsumerRecord<byte[], byte[]> record) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("partition", record.partition());
    line.put("offset", record.offset());
    if (record.value() == null) {
      String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
      int end = key.indexOf('\n'); // the key is stream, line feed, image id
      line.put("image_id", key.substring(end + 1));
      line.put("stream", key.substring(0, Math.max(0, end)));
      line.put("deleted", true);
      return line;
    }

    ImageEmbedding embedding = embedding(record);
    line.put("image_id", embedding.getImageId());
    line.put("stream", embedding.getStream());
    line.put("label", embedding.getLabel());
    line.put("lineage", embedding.getLineage()); // newer: the higher lineage, then the higher model_version
    line.put("model_version", embedding.getModelVersion());
    line.put("space_id", embedding.getSpaceId());
    line.put("embedding", embedding.getEmbedding());
    return line;
  }

  private static ImageEmbedding embedding(ConsumerRecord<byte[], byte[]> record) throws IOException {
    try {
      return ImageEmbedding.getDecoder().decode(record.value());
    } catch (IOException | AvroRuntimeException e) {
      String place = "%s-%d@%d".formatted(record.topic(), record.partition(), record.offset());
      throw new IOException(place + " is not in Avro's single-object encoding: " + e.getMessage(), e);
    }
  }
}
