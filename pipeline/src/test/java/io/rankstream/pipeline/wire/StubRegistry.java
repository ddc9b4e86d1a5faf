package io.rankstream.pipeline.wire;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.Schema;

/** The two requests of a schema registry that the job makes, over HTTP, with a memory of both. */
public final class StubRegistry implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final String login;
  private final Map<Integer, ObjectNode> schemas = new TreeMap<>();
  private final Map<String, Integer> subjects = new TreeMap<>();
  private final List<String> requests = new ArrayList<>();
  private int nextId = 70_001; // more than two bytes, so that the order of the bytes shows
  private int failures;
  private int failureCode;

  /**
   * @param login user:password that is asked for, or null
   */
  public StubRegistry(String login) throws IOException {
    this.login = login;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  /** How to reach it without a login. */
  public JobConfig.Registry config() {
    return new JobConfig.Registry(url(), "");
  }

  public String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Answers the next requests with an error. */
  public synchronized void fail(int code, int times) {
    failureCode = code;
    failures = times;
  }

  /** Adds a schema as another producer would. */
  public synchronized int add(Schema schema) {
    return add(JSON.createObjectNode().put("schema", schema.toString()));
  }

  /** Adds what is no schema of Avro. */
  public synchronized int add(String type, String schema) {
    return add(JSON.createObjectNode().put("schemaType", type).put("schema", schema));
  }

  private int add(ObjectNode answer) {
    int id = nextId++;
    schemas.put(id, answer);
    return id;
  }

  /** The schema of an id. */
  public synchronized Schema schema(int id) {
    return new Schema.Parser().parse(schemas.get(id).get("schema").textValue());
  }

  /** Which subject got which id. */
  public synchronized Map<String, Integer> subjects() {
    return Map.copyOf(subjects);
  }

  /** Method and path of each request so far. */
  public synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (failures > 0) {
      failures--;
      send(exchange, failureCode, error(failureCode * 100 + 1, "told to fail"));
    } else if (!authorized(exchange)) {
      send(exchange, 401, error(401, "Unauthorized"));
    } else if (path.matches("/subjects/[^/]+/versions")) {
      String subject = URLDecoder.decode(part(path, 2), StandardCharsets.UTF_8);
      Schema schema = new Schema.Parser().parse(JSON.readTree(body).get("schema").textValue());
      int id = subjects.computeIfAbsent(subject, name -> add(schema));
      send(exchange, 200, JSON.createObjectNode().put("id", id));
    } else if (path.matches("/schemas/ids/\\d+")) {
      ObjectNode schema = schemas.get(Integer.valueOf(part(path, 3)));
      if (schema == null) {
        send(exchange, 404, error(40403, "Schema not found"));
      } else {
        send(exchange, 200, schema);
      }
    } else { // as registries answer a wrong path
      send(exchange, 404, error(404, "HTTP 404 Not Found"));
    }
  }

  private static String part(String path, int index) {
    return List.of(path.split("/", -1)).get(index);
  }

  private boolean authorized(HttpExchange exchange) {
    String expected =
        login == null
            ? null
            : "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    return login == null || expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
  }

  private static ObjectNode error(int code, String message) {
    return JSON.createObjectNode().put("error_code", code).put("message", message);
  }

  private static void send(HttpExchange exchange, int code, ObjectNode body) throws IOException {
    byte[] bytes = JSON.writeValueAsBytes(body);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
