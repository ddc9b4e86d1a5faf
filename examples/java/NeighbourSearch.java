import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Answers which images are nearest to an image, from the newest committed embedding of each image.
 * The search is exact: it looks at every embedding, which does for about 100,000 of them.
 *
 * <pre>
 * java -cp "pipeline/target/rankstream.jar:pipeline/target/lib/*" examples/java/NeighbourSearch.java \
 *     localhost:9092 embeddings.v2 8090
 * curl 'localhost:8090/neighbours?id=cats/1.jpg&amp;k=5'
 * curl 'localhost:8090/neighbours?stream=default&amp;id=cats/1.jpg&amp;k=5&amp;label=dogs'
 * curl 'localhost:8090/status'
 * </pre>
 */
public final class NeighbourSearch {

  /** The newest embedding of an image; the key of its records is stream, line feed, image id. */
  private record Entry(String key, String id, String stream, String label, String space, String lineage, long version, float[] vector) {

    /** Lineages sort by their birth; within one, versions grow. */
    boolean isNewerThan(Entry other) {
      int order = lineage.compareTo(other.lineage);
      return order == 0 ? version > other.version : order > 0;
    }

    double squaredDistance(Entry other) {
      double sum = 0;
      for (int i = 0; i < vector.length; i++) {
        double difference = vector[i] - other.vector[i];
        sum += difference * difference;
      }
      return sum;
    }
  }

  private record Neighbour(Entry entry, double distance) {}

  private static final int MAX_NEIGHBOURS = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Entry> entries = new ConcurrentHashMap<>();
  private volatile boolean caughtUp;

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3) {
      System.err.println("usage: NeighbourSearch BOOTSTRAP_SERVERS TOPIC PORT (0 takes a free port)");
      System.exit(2);
    }

    NeighbourSearch search = new NeighbourSearch();
    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", Integer.parseInt(arguments[2])), 0);
    server.createContext("/neighbours", exchange -> answer(exchange, search::neighbours));
    server.createContext("/status", exchange -> answer(exchange, query -> search.status()));
    server.start();
    System.out.println("Listening at http://localhost:" + server.getAddress().getPort());
    try {
      search.follow(arguments[0], arguments[1]);
    } finally {
      server.stop(0);
    }
  }

  private void follow(String servers, String topic) throws IOException {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", servers,
            "isolation.level", "read_committed", // nothing that a failure takes back
            "enable.auto.commit", "false");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .collect(Collectors.toList());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          apply(record);
        }
        caughtUp |=
            ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
      }
    }
  }

  /** Keeps the newest embedding of each image. */
  private void apply(ConsumerRecord<byte[], byte[]> record) throws IOException {
    if (record.key() == null) {
      return; // the job gives every embedding a key: something else wrote this
    }

    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      entries.remove(key);
      return;
    }

    ImageEmbedding embedding = ImageEmbedding.getDecoder().decode(record.value());
    float[] vector = new float[embedding.getEmbedding().size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = embedding.getEmbedding().get(i);
    }
    Entry entry =
        new Entry(
            key,
            embedding.getImageId(),
            embedding.getStream(),
            embedding.getLabel(),
            embedding.getSpaceId(),
            embedding.getLineage(),
            embedding.getModelVersion(),
            vector);
    // An abandoned timeline may still write, such as a job that was forgotten.
    entries.merge(key, entry, (before, now) -> before.isNewerThan(now) ? before : now);
  }

  private Object status() {
    Map<String, Long> spaces =
        entries.values().stream().collect(Collectors.groupingBy(Entry::space, Collectors.counting()));
    return Map.of("images", entries.size(), "caught_up", caughtUp, "spaces", spaces);
  }

  private Object neighbours(Map<String, String> query) {
    String stream = query.getOrDefault("stream", "default");
    Entry from = entries.get(stream + "\n" + query.getOrDefault("id", ""));
    if (from == null) {
      throw new IllegalArgumentException(
          "There is no embedding of the image id = %s in the stream %s".formatted(query.get("id"), stream));
    }
    int k = neighbourCount(query.getOrDefault("k", "5"));

    // The space_id holds the stream, so one model's embeddings never meet those of another.
    List<Neighbour> nearest =
        entries.values().stream()
            .filter(entry -> entry.space().equals(from.space()) && !entry.key().equals(from.key()))
            .filter(entry -> !query.containsKey("label") || query.get("label").equals(entry.label()))
            .map(entry -> new Neighbour(entry, from.squaredDistance(entry)))
            .sorted(Comparator.comparingDouble(Neighbour::distance).thenComparing(each -> each.entry().id()))
            .limit(k)
            .toList();
    return nearest.stream().map(NeighbourSearch::described).toList();
  }

  private static int neighbourCount(String text) {
    try {
      int k = Integer.parseInt(text);
      if (k >= 1 && k <= MAX_NEIGHBOURS) {
        return k;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException("Invalid k: %s (must be 1 to %d)".formatted(text, MAX_NEIGHBOURS));
  }

  private static Map<String, Object> described(Neighbour neighbour) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("id", neighbour.entry().id());
    described.put("stream", neighbour.entry().stream());
    described.put("label", neighbour.entry().label());
    described.put("model_version", neighbour.entry().version());
    described.put("squared_distance", neighbour.distance());
    return described;
  }

  private interface Question {
    Object answer(Map<String, String> query);
  }

  private static void answer(HttpExchange exchange, Question question) throws IOException {
    int code = 200;
    Object body;
    try {
      body = question.answer(query(exchange.getRequestURI().getRawQuery()));
    } catch (IllegalArgumentException e) {
      code = 400;
      body = Map.of("error", String.valueOf(e.getMessage()));
    }
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(decoded(parts[0]), parts.length > 1 ? decoded(parts[1]) : "");
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
