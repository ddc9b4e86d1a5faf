package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rankstream.lab.JobOutput;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.EpochState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The mirror of a stream that embeds in epochs, on a real broker. The vector store is a web server
 * that remembers what it was asked; the connector is a consumer group whose offsets the test sets.
 */
class EpochMirrorITCase {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TopicNames TOPICS = TopicNames.defaults();
  private static final String COPIES = "copies";
  private static final String CONNECTOR = "connect-qdrant";

  private final List<String> asked = new ArrayList<>();
  private LocalRun kafka;
  private HttpServer qdrant;
  private JobOutput job;

  @BeforeEach
  void startBrokerAndStore() throws Exception {
    kafka = LocalRun.start("epoch-mirror");
    kafka.create(TOPICS);
    try (Admin admin = Admin.create(kafka.clients())) {
      admin.createTopics(List.of(new NewTopic(COPIES, 2, (short) 1))).all().get();
    }
    job = new JobOutput(kafka.clients(), TOPICS);
    qdrant = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    qdrant.createContext("/", this::answer);
    qdrant.start();
  }

  @AfterEach
  void stopBrokerAndStore() {
    qdrant.stop(0);
    job.close();
    kafka.close();
  }

  @Test
  void anAliasNamesOneVersionWhoseEmbeddingsAreAllInTheStore() throws Exception {
    job.commit(job.embedding("a", 1), job.embedding("b", 1));
    mirror();
    assertThat(asked)
        .containsExactly(
            "GET /collections/shop-L-1/exists",
            "PUT /collections/shop-L-1 of 2 Cosine",
            "alias shop is shop-L-1");

    // An epoch opens; an image arrives and has both versions, one is swept, one is deleted.
    asked.clear();
    job.commit(
        job.mark(5, EpochState.OPENED),
        job.embedding("c", 1),
        job.embedding("c", 5),
        job.embedding("a", 5));
    job.commit(
        job.tombstone("b"), job.embedding("d", 1), job.embedding("d", 5), job.tombstoneOf("d", 5));
    mirror();
    assertThat(copies()).containsEntry("shop-L-1", "a c d").containsEntry("shop-L-5", "a c");
    assertThat(asked)
        .allMatch(request -> request.contains("shop-L-5") && !request.startsWith("alias"));

    asked.clear();
    job.commit(job.mark(5, EpochState.COMPLETE));
    mirror();
    assertThat(asked).as("the connector is behind").isEmpty();
    connectorReadsAll();
    mirror();
    assertThat(asked).containsExactly("alias shop is shop-L-5");

    // The collection before last is dropped; a run that starts anew repeats nothing.
    asked.clear();
    job.commit(job.embedding("a", 9), job.mark(9, EpochState.COMPLETE));
    mirror();
    connectorReadsAll();
    mirror();
    assertThat(asked)
        .endsWith("alias shop is shop-L-9", "DELETE /collections/shop-L-1")
        .doesNotContain("alias shop is shop-L-5");
    asked.clear();
    mirror();
    assertThat(asked).isEmpty();
  }

  @Test
  void whatAnAbortedEpochEmbeddedIsDropped() throws Exception {
    job.commit(job.embedding("a", 1), job.mark(5, EpochState.OPENED), job.embedding("a", 5));
    job.commit(job.mark(5, EpochState.ABORTED));
    mirror();
    connectorReadsAll();
    mirror();

    assertThat(asked).contains("alias shop is shop-L-1", "DELETE /collections/shop-L-5");
    assertThat(asked).doesNotContain("alias shop is shop-L-5");
  }

  /** The images in each collection after all copies were read. */
  private Map<String, String> copies() throws IOException {
    Map<String, TreeSet<String>> images = new HashMap<>();
    Map<String, String> names = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : kafka.records(COPIES)) {
      JsonNode key = JSON.readTree(record.key());
      TreeSet<String> of =
          images.computeIfAbsent(
              key.get("collection_name").asText(), collection -> new TreeSet<>());
      if (record.value() == null) {
        of.remove(names.get(key.get("id").asText()));
      } else {
        String image = JSON.readTree(record.value()).get("payload").get("image_id").asText();
        names.put(key.get("id").asText(), image);
        of.add(image);
      }
    }
    return images.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> String.join(" ", each.getValue())));
  }

  private void connectorReadsAll() throws Exception {
    Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : kafka.records(COPIES)) {
      read.put(
          new TopicPartition(COPIES, record.partition()),
          new OffsetAndMetadata(record.offset() + 1));
    }
    try (Admin admin = Admin.create(kafka.clients())) {
      admin.alterConsumerGroupOffsets(CONNECTOR, read).all().get();
    }
  }

  private void mirror() {
    StringWriter err = new StringWriter();
    int code =
        Lab.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute(
                "mirror",
                "--bootstrap-servers",
                kafka.bootstrapServers(),
                "--format",
                "qdrant",
                "--collection",
                "shop",
                "--to",
                COPIES,
                "--store",
                "http://localhost:" + qdrant.getAddress().getPort(),
                "--sink-group",
                CONNECTOR,
                "--no-follow");
    assertThat(code).as(err.toString()).isZero();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    String path = exchange.getRequestURI().getPath();
    String request = exchange.getRequestMethod() + " " + path;
    asked.add(
        switch (exchange.getRequestMethod()) {
          case "POST" -> aliasOf(JSON.readTree(body).get("actions"));
          case "PUT" -> request + sizeOf(JSON.readTree(body).get("vectors"));
          default -> request;
        });
    byte[] answer = "{\"result\":{\"exists\":false}}".getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }

  private static String sizeOf(JsonNode vectors) {
    return " of %d %s".formatted(vectors.get("size").asInt(), vectors.get("distance").asText());
  }

  /** An alias must change in one request, or searches find none in between. */
  private static String aliasOf(JsonNode actions) {
    JsonNode made = actions.get(1).get("create_alias");
    assertThat(actions.get(0).get("delete_alias").get("alias_name"))
        .isEqualTo(made.get("alias_name"));
    return "alias %s is %s"
        .formatted(made.get("alias_name").asText(), made.get("collection_name").asText());
  }
}
