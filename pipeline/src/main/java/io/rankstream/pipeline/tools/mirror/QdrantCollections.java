package io.rankstream.pipeline.tools.mirror;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The collections of Qdrant, by its REST interface.
 *
 * @see <a href="https://api.qdrant.tech/api-reference">Qdrant's interface</a>
 */
public final class QdrantCollections implements CollectionStore {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final URI address;
  private final String apiKey;

  /**
   * @param address address of the interface, such as http://localhost:6333
   * @param apiKey key that is sent with each request; empty for none
   */
  public QdrantCollections(URI address, String apiKey) {
    this.address = address;
    this.apiKey = apiKey;
  }

  @Override
  public void create(String collection, ImageEmbedding first)
      throws IOException, InterruptedException {
    JsonNode exists = send("GET", path(collection) + "/exists", null);
    if (!exists.path("result").path("exists").asBoolean()) {
      String distance = first.getNormalized() ? "Cosine" : "Euclid"; // they rank alike
      send(
          "PUT",
          path(collection),
          Map.of("vectors", Map.of("size", first.getDimension(), "distance", distance)));
    }
  }

  @Override
  public void point(String alias, String collection) throws IOException, InterruptedException {
    send(
        "POST",
        "/collections/aliases",
        Map.of(
            "actions",
            List.of(
                Map.of("delete_alias", Map.of("alias_name", alias)), // if there is one
                Map.of(
                    "create_alias", Map.of("alias_name", alias, "collection_name", collection)))));
  }

  @Override
  public void drop(String collection) throws IOException, InterruptedException {
    send("DELETE", path(collection), null);
  }

  private static String path(String collection) {
    return "/collections/" + URLEncoder.encode(collection, StandardCharsets.UTF_8);
  }

  private JsonNode send(String method, String path, Object body)
      throws IOException, InterruptedException {
    HttpRequest.BodyPublisher content =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address.resolve(path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .method(method, content);
    if (!apiKey.isEmpty()) {
      request.header("api-key", apiKey);
    }
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IOException(
          "Qdrant at %s does not answer (%s): start it, or correct --store, and start the mirror again; it goes on where it stopped"
              .formatted(address, e.getMessage()),
          e);
    }
    if (response.statusCode() != 200) {
      throw new IOException(
          "Qdrant at %s refuses %s %s with %d: %s"
              .formatted(address, method, path, response.statusCode(), response.body().strip()));
    }

    return JSON.readTree(response.body());
  }
}
