package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rankstream.pipeline.tools.report.HtmlPage;
import io.rankstream.pipeline.wire.RegistryException;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;

/**
 * Serves the live page and its data.
 *
 * <pre>
 *   /                         the page, whole
 *   /api/run?stream=S         curves, classes, confusions, dead letters, model versions
 *   /api/confusion?stream=S   all counts of the last predictions
 *   /api/map?stream=S         the embedding map
 *   /api/neighbours?stream=S&amp;key=N
 *   /picture?stream=S&amp;key=N    a PNG file of an image on the map
 *   /letter?key=N             a PNG file of the image of a dead letter; 204 where it has none
 * </pre>
 */
final class PageServer implements AutoCloseable {

  private static final int PORTS_TO_TRY = 50;
  private static final int THREADS = 32;
  private static final int NO_BODY = -1; // as the server of the JDK has it

  /** Longest time for a request to arrive, and for its answer to leave. */
  private static final int LIMIT_SECONDS = 10;

  private static final String TEMPLATE = "/io/rankstream/pipeline/tools/watch/page.html";
  private static final String POLICY =
      "default-src 'none'; img-src 'self' data:; connect-src 'self'; "
          + "style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'";

  static {
    // The server of the JDK reads a request on one of our threads and waits for it without a limit,
    // unless these are set before its first use: a few half requests would stop the page.
    limit("sun.net.httpserver.maxReqTime");
    limit("sun.net.httpserver.maxRspTime");
  }

  @SuppressWarnings("ArrayRecordComponent") // answers are never compared
  private record Answer(int status, String type, byte[] body) {

    private static final Answer NOT_FOUND = text(404, "There is no such page.");

    private static final Answer NOTHING = new Answer(204, "image/png", new byte[0]);

    private static Answer text(int status, String text) {
      return new Answer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer json(JsonNode node) throws IOException {
      return new Answer(200, "application/json", new ObjectMapper().writeValueAsBytes(node));
    }
  }

  private final LiveRun run;
  private final Pictures pictures;
  private final byte[] page;
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, new ExecutorThreadFactory("live-page"));

  /**
   * @param run the run to show
   * @param pictures source of the pictures
   * @param host address to listen on
   * @param port first port to try; 0 takes any
   */
  PageServer(LiveRun run, Pictures pictures, String host, int port) throws IOException {
    this.run = run;
    this.pictures = pictures;
    this.page =
        HtmlPage.of(TEMPLATE, new ObjectMapper().createObjectNode())
            .getBytes(StandardCharsets.UTF_8);
    this.server = bind(host, port);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  /** Address of the page. */
  URI uri() {
    InetAddress address = server.getAddress().getAddress();
    String host =
        address.isLoopbackAddress() || address.isAnyLocalAddress()
            ? "localhost"
            : address instanceof Inet6Address
                ? "[%s]".formatted(address.getHostAddress().replaceFirst("%.*", ""))
                : address.getHostAddress();
    return URI.create("http://%s:%s".formatted(host, server.getAddress().getPort()));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void limit(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(LIMIT_SECONDS));
    }
  }

  private static HttpServer bind(String host, int port) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    for (int next = port; next < port + PORTS_TO_TRY; next++) {
      try {
        return HttpServer.create(new InetSocketAddress(address, next), 0);
      } catch (BindException e) {
        // taken: the next port
      }
    }

    throw new IOException(
        "No free port from %d on for the page at %s: give another with --page-port"
            .formatted(port, host));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = guarded(exchange);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.sendResponseHeaders(
          answer.status(), answer.body().length == 0 ? NO_BODY : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }

  private Answer guarded(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("GET")) {
      return Answer.text(405, "Only GET is served.");
    }
    if (!isOwnName(exchange)) {
      return Answer.text(403, "Open the page under the name localhost.");
    }

    try {
      return answer(exchange.getRequestURI());
    } catch (IllegalArgumentException e) {
      return Answer.text(400, "The address cannot be read.");
    } catch (RegistryException e) {
      return Answer.text(503, e.getMessage());
    }
  }

  /**
   * A page on another site must not read this one by giving its own name this machine's loopback
   * address (DNS rebinding).
   */
  private boolean isOwnName(HttpExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    return !server.getAddress().getAddress().isLoopbackAddress()
        || (host != null && host.matches("(localhost|127\\.0\\.0\\.1|\\[::1])(:\\d+)?"));
  }

  private Answer answer(URI uri) throws IOException {
    Map<String, String> query = query(uri);
    Optional<LiveStream> stream = run.stream(query.get("stream"));
    return switch (uri.getPath()) {
      case "/" -> new Answer(200, "text/html; charset=utf-8", page);
      case "/api/run" -> Answer.json(run.json(query.get("stream")));
      case "/api/map" -> stream.isEmpty() ? Answer.NOT_FOUND : Answer.json(stream.get().map());
      case "/api/confusion" ->
          stream.isEmpty() ? Answer.NOT_FOUND : Answer.json(stream.get().confusion());
      case "/api/neighbours" ->
          stream.isEmpty()
              ? Answer.NOT_FOUND
              : Answer.json(stream.get().neighbours(Integer.parseInt(query.get("key"))));
      case "/letter" -> letter(Long.parseLong(query.get("key")));
      case "/picture" -> picture(stream, Integer.parseInt(query.get("key")));
      default -> Answer.NOT_FOUND;
    };
  }

  private Answer picture(Optional<LiveStream> stream, int key) throws IOException {
    SampledImage image = stream.map(each -> each.image(key)).orElse(null);
    Optional<byte[]> png = image == null ? Optional.empty() : pictures.png(image.newest());
    return png.map(bytes -> new Answer(200, "image/png", bytes)).orElse(Answer.NOT_FOUND);
  }

  /** No image is nothing unusual here: a browser writes no error for it into its console. */
  private Answer letter(long key) throws IOException {
    Optional<LiveLetters.Shown> letter = run.letter(key);
    Optional<byte[]> png = letter.isEmpty() ? Optional.empty() : pictures.png(letter.get());
    return png.map(bytes -> new Answer(200, "image/png", bytes)).orElse(Answer.NOTHING);
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> query = new HashMap<>();
    if (uri.getRawQuery() != null) {
      for (String pair : uri.getRawQuery().split("&", -1)) {
        String[] parts = pair.split("=", 2);
        query.put(
            parts[0], parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return query;
  }
}
