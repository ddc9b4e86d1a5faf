package io.rankstream.lab.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.avro.Schema;

/**
 * A schema registry that can fail. It has one schema under most ids, so that there is always one
 * that the job has not asked for yet; of ten ids it does not have one, and refuses two.
 */
public final class FaultyRegistry implements AutoCloseable {

  private static final String SCHEMAS = "/schemas/ids/";
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;
  private static final Map<Integer, Refusal> REFUSED =
      Map.of(7, new Refusal(404, 40403), 8, new Refusal(422, 42201), 9, new Refusal(403, 40301));

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final String schema;
  private RegistryState state = RegistryState.WELL;

  /** How ids with a last digit are refused. */
  private record Refusal(int status, int code) {}

  FaultyRegistry(Schema schema) throws IOException {
    this.schema = json(Map.of("schema", schema.toString()));
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** Whether a registry that is well answers with the schema of an id. */
  public static boolean has(int id) {
    return !REFUSED.containsKey(id % 10);
  }

  String url() {
    return "http://localhost:" + server.getAddress().getPort();
  }

  /** Changes how all requests are answered, those that wait too. */
  synchronized void become(RegistryState next) {
    state = next;
    notifyAll();
  }

  @Override
  public void close() {
    become(RegistryState.WELL);
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      switch (awaitVoice()) {
        case DOWN -> send(exchange, UNAVAILABLE, json(Map.of("message", "told to be down")));
        case GARBAGE -> send(exchange, OK, "<html>Please log in to the network</html>");
        case WELL, SILENT -> answerWell(exchange, exchange.getRequestURI().getPath());
      }
    }
  }

  private void answerWell(HttpExchange exchange, String path) throws IOException {
    if (!path.startsWith(SCHEMAS)) {
      send(exchange, OK, "[]"); // of types and subjects
      return;
    }

    int id = Integer.parseInt(path.substring(SCHEMAS.length()));
    Refusal refusal = REFUSED.get(id % 10);
    if (refusal == null) {
      send(exchange, OK, schema);
    } else {
      send(
          exchange,
          refusal.status(),
          json(Map.of("error_code", refusal.code(), "message", "refused by its last digit")));
    }
  }

  private synchronized RegistryState awaitVoice() throws IOException {
    try {
      while (state == RegistryState.SILENT) {
        wait();
      }
      return state;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("The registry ends", e);
    }
  }

  private static String json(Map<String, ?> answer) throws IOException {
    return new ObjectMapper().writeValueAsString(answer);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
