import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Answers which images are nearest to an image, from the newest committed embedding of each image.
 * The search is exact: it looks at every embedding, which does for about 100,000 of them.
 *
 * With the topic of model versions as a fourth argument it follows the epochs of a job: each version
 * has an index of its own, and the program changes to the next one when its epoch is complete. So no
 * answer has embeddings of two versions.
 *
 * <pre>
 * java -cp "pipeline/target/rankstream.jar:pipeline/target/lib/*" examples/java/NeighbourSearch.java \
 *     localhost:9092 embeddings.v2 8090 [models.v1]
 * curl 'localhost:8090/neighbours?id=cats/1.jpg&amp;k=5'
 * curl 'localhost:8090/neighbours?stream=default&amp;id=cats/1.jpg&amp;k=5&amp;label=dogs'
 * curl 'localhost:8090/status'
 * </pre>
 */
public final class NeighbourSearch {

  /** The newest embedding of an image; the key of its records is stream, line feed, image id. */
  private record Entry(String key, String id, String label, String space, Version version, float[] vector) {

    double squaredDistance(Entry other) {
      double sum = 0;
      for (int i = 0; i < vector.length; i++) {
        double difference = vector[i] - other.vector[i];
        sum += difference * difference;
      }
      return sum;
    }
  }

  /** Weights that embedded; an epoch has one version. */
  private record Version(String stream, String lineage, long number) {

    /** Lineages sort by their birth; within one, versions grow. */
    boolean isNewerThan(Version other) {
      int order = lineage.compareTo(other.lineage);
      return order == 0 ? number > other.number : order > 0;
    }
  }

  /** An epoch that is complete, and how far the embeddings must be read before it counts. */
  private record Turn(Version version, Map<TopicPartition, Long> ends) {}

  private record Neighbour(Entry entry, double distance) {}

  private static final int MAX_NEIGHBOURS = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The index that answers, by stream. */
  private final Map<String, Map<String, Entry>> answering = new ConcurrentHashMap<>();

  private final Map<Version, Map<String, Entry>> epochs = new HashMap<>(); // by version
  private final Map<String, Version> serving = new HashMap<>(); // by stream
  private final Deque<Turn> turns = new ArrayDeque<>();
  private String servers;
  private boolean inEpochs;
  private volatile boolean caughtUp;

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3 && arguments.length != 4) {
      System.err.println("usage: NeighbourSearch BOOTSTRAP_SERVERS TOPIC PORT [VERSIONS_TOPIC] (port 0 takes a free one)");
      System.exit(2);
    }

    NeighbourSearch search = new NeighbourSearch();
    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", Integer.parseInt(arguments[2])), 0);
    server.createContext("/neighbours", exchange -> answer(exchange, search::neighbours));
    server.createContext("/status", exchange -> answer(exchange, query -> search.status()));
    server.start();
    System.out.println("Listening at http://localhost:" + server.getAddress().getPort());
    try {
      search.follow(arguments[0], arguments[1], arguments.length == 4 ? arguments[3] : null);
    } finally {
      server.stop(0);
    }
  }

  private void follow(String servers, String topic, String versions) throws IOException {
    this.servers = servers;
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", servers,
            "isolation.level", "read_committed", // nothing that a failure takes back
            "enable.auto.commit", "false");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = partitions(consumer, topic);
      List<TopicPartition> all = new ArrayList<>(partitions);
      if (versions != null) {
        inEpochs = true;
        List<TopicPartition> marks = partitions(consumer, versions);
        readMarks(consumer, marks, partitions);
        all.addAll(marks);
      }
      consumer.assign(all); // the marks go on where they were
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.topic().equals(topic)) {
            apply(record);
          } else {
            applyMark(record, partitions);
          }
        }
        while (!turns.isEmpty() && hasRead(consumer, turns.peek().ends())) {
          turnTo(turns.remove().version());
        }
        caughtUp |= turns.isEmpty() && hasRead(consumer, ends);
      }
    }
  }

  private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .collect(Collectors.toList());
  }

  private static boolean hasRead(KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /** Which version serves is known before the first embedding is read. */
  private void readMarks(
      KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> marks, List<TopicPartition> embeddings)
      throws IOException {
    consumer.assign(marks);
    consumer.seekToBeginning(marks);
    Map<TopicPartition, Long> ends = consumer.endOffsets(marks);
    while (!hasRead(consumer, ends)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        applyMark(record, embeddings);
      }
    }
    turns.forEach(turn -> serving.put(turn.version().stream(), turn.version()));
    turns.clear(); // the embeddings are read from their beginning, under the last of them
  }

  /** What was committed before a mark must be read before it counts. */
  private void applyMark(ConsumerRecord<byte[], byte[]> record, List<TopicPartition> embeddings)
      throws IOException {
    if (record.value() == null) {
      return; // something else wrote this
    }

    ModelVersion version = ModelVersion.getDecoder().decode(record.value());
    if (version.getEpoch() != null && version.getEpoch().getState() == EpochState.COMPLETE) {
      turns.add(
          new Turn(
              new Version(version.getStream(), version.getLineage(), version.getModelVersion()),
              ends(embeddings)));
    }
  }

  /** With transactions that are about to be committed: the marks are committed by others. */
  private Map<TopicPartition, Long> ends(List<TopicPartition> partitions) {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(each -> latest.put(each, OffsetSpec.latest()));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      return admin.listOffsets(latest).all().get().entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().offset()));
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException("Kafka does not tell where the embeddings end", e);
    }
  }

  /** From now on answers come from this version; one that is under way keeps the index that it has. */
  private void turnTo(Version version) {
    serving.put(version.stream(), version);
    answering.put(version.stream(), index(version));
    epochs.keySet().removeIf(each -> each.stream().equals(version.stream()) && version.isNewerThan(each));
  }

  /** The index that an embedding belongs to; null if a newer epoch than that of its version serves. */
  private Map<String, Entry> indexOf(Version version) {
    if (!inEpochs) {
      return answering.computeIfAbsent(version.stream(), stream -> new ConcurrentHashMap<>());
    }

    Version served = serving.computeIfAbsent(version.stream(), stream -> version); // the first epoch
    if (served.isNewerThan(version)) {
      return null;
    }
    if (served.equals(version)) {
      answering.putIfAbsent(version.stream(), index(version));
    }
    return index(version);
  }

  private Map<String, Entry> index(Version version) {
    return epochs.computeIfAbsent(version, each -> new ConcurrentHashMap<>());
  }

  /** Keeps the newest embedding of each image. */
  private void apply(ConsumerRecord<byte[], byte[]> record) throws IOException {
    if (record.key() == null) {
      return; // the job gives every embedding a key: something else wrote this
    }

    String key = new String(record.key(), StandardCharsets.UTF_8);
    if (record.value() == null) {
      forget(key, record.headers());
      return;
    }

    ImageEmbedding embedding = ImageEmbedding.getDecoder().decode(record.value());
    float[] vector = new float[embedding.getEmbedding().size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = embedding.getEmbedding().get(i);
    }
    Version version =
        new Version(embedding.getStream(), embedding.getLineage(), embedding.getModelVersion());
    Map<String, Entry> index = indexOf(version);
    if (index != null) {
      Entry entry =
          new Entry(
              key, embedding.getImageId(), embedding.getLabel(), embedding.getSpaceId(), version, vector);
      // An abandoned timeline may still write, such as a job that was forgotten.
      index.merge(key, entry, (before, now) -> before.version().isNewerThan(now.version()) ? before : now);
    }
  }

  /** A tombstone that names a version deletes what that version embedded, any other the image. */
  private void forget(String key, Headers headers) {
    Header version = headers.lastHeader("model_version");
    Header lineage = headers.lastHeader("lineage");
    if (version != null && lineage != null) {
      Map<String, Entry> index =
          epochs.get(new Version(key.split("\n", 2)[0], text(lineage), Long.parseLong(text(version))));
      if (index != null) {
        index.remove(key);
      }
      return;
    }
    answering.values().forEach(index -> index.remove(key));
    epochs.values().forEach(index -> index.remove(key));
  }

  private static String text(Header header) {
    return new String(header.value(), StandardCharsets.UTF_8);
  }

  private Object status() {
    List<Entry> entries =
        answering.values().stream().flatMap(index -> index.values().stream()).collect(Collectors.toList());
    Map<String, Long> spaces =
        entries.stream().collect(Collectors.groupingBy(Entry::space, Collectors.counting()));
    return Map.of("images", entries.size(), "caught_up", caughtUp, "spaces", spaces);
  }

  private Object neighbours(Map<String, String> query) {
    String stream = query.getOrDefault("stream", "default");
    Map<String, Entry> index = answering.getOrDefault(stream, Map.of()); // the same for all of the answer
    Entry from = index.get(stream + "\n" + query.getOrDefault("id", ""));
    if (from == null) {
      throw new IllegalArgumentException(
          "There is no embedding of the image id = %s in the stream %s".formatted(query.get("id"), stream));
    }
    int k = neighbourCount(query.getOrDefault("k", "5"));

    // The space_id holds the stream, so one model's embeddings never meet those of another.
    List<Neighbour> nearest =
        index.values().stream()
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
    described.put("stream", neighbour.entry().version().stream());
    described.put("label", neighbour.entry().label());
    described.put("model_version", neighbour.entry().version().number());
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
