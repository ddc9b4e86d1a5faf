import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;

/**
 * Answers which images are nearest to an image, over HTTP. A question without an answer gets a sentence: 400 if
 * it is wrong, 404 if there is no such image or stream, 503 with Retry-After while there is no whole index.
 */
final class SearchServer {

  private interface Question {
    Object answer(Map<String, String> query) throws IOException;
  }

  private static final int MOST_NEIGHBOURS = 1000;
  private static final int THREADS = 4;
  private static final String RETRY_SECONDS = "5";
  private static final Set<String> PARAMETERS = new TreeSet<>(Set.of("id", "k", "label", "stream"));
  private static final ObjectMapper JSON = new ObjectMapper();

  private final VersionedIndexes indexes;

  private SearchServer(VersionedIndexes indexes) {
    this.indexes = indexes;
  }

  /**
   * Starts to answer, and prints the address.
   *
   * @param port port in decimal digits; 0 takes a free one
   */
  static void start(String port, VersionedIndexes indexes) throws IOException {
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
      throw new IllegalArgumentException("Invalid port: %s (must be 0 to 65535)".formatted(port));
    }

    SearchServer search = new SearchServer(indexes);
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress("localhost", Integer.parseInt(port)), 0);
    } catch (BindException e) {
      throw new IllegalArgumentException("Port %s is in use: give another one, or 0".formatted(port), e);
    }
    server.setExecutor(Executors.newFixedThreadPool(THREADS));
    server.createContext("/neighbours", exchange -> answer(exchange, search::neighbours));
    server.createContext("/status", exchange -> answer(exchange, query -> indexes.status()));
    server.start();
    System.out.println("Listening at http://localhost:" + server.getAddress().getPort());
  }

  private Object neighbours(Map<String, String> query) throws IOException {
    if (!query.containsKey("id") || !PARAMETERS.containsAll(query.keySet())) {
      throw new Refusal(400, "Ask with id=IMAGE; the parameters are %s", PARAMETERS);
    }

    int k = neighbourCount(query.getOrDefault("k", "5"));
    String stream = query.getOrDefault("stream", "default");
    List<VectorIndex.Neighbour> nearest =
        indexes.neighbours(stream, query.get("id"), k, query.get("label"));
    return nearest.stream().map(each -> described(stream, each)).toList();
  }

  private static int neighbourCount(String text) {
    if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST_NEIGHBOURS) {
      throw new Refusal(400, "Invalid k: %s (must be 1 to %d)", text, MOST_NEIGHBOURS);
    }
    return Integer.parseInt(text);
  }

  private static Map<String, Object> described(String stream, VectorIndex.Neighbour neighbour) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("id", neighbour.id());
    described.put("stream", stream);
    described.put("label", neighbour.label());
    described.put("model_version", neighbour.version());
    described.put("squared_distance", neighbour.squaredDistance());
    return described;
  }

  private static void answer(HttpExchange exchange, Question question) throws IOException {
    int code = 200;
    Object body;
    try {
      body = question.answer(query(exchange.getRequestURI().getRawQuery()));
    } catch (Refusal e) {
      code = e.code;
      body = Map.of("error", e.getMessage());
    }
    if (code == 503) {
      exchange.getResponseHeaders().set("Retry-After", RETRY_SECONDS);
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
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, "Invalid query: %s (%% must be followed by two hexadecimal digits)", text);
    }
  }
}
