package io.rankstream.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A registry that answers as none should. Each request of the client must come to an end. */
class HostileRegistryTest {

  private static final String ID = "/schemas/ids/8";
  private static final byte[] SCHEMA =
      "{\"schema\":\"%s\"}"
          .formatted(LabeledImage.getClassSchema().toString().replace("\"", "\\\""))
          .getBytes(StandardCharsets.UTF_8);

  private final CountDownLatch over = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private HttpServer server;

  private interface Answer {
    void to(HttpExchange exchange) throws Exception;
  }

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    over.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void anAnswerThatStallsAfterItsHeadersIsGivenUp() {
    answers.put(
        ID,
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().flush();
          over.await();
        });

    assertThatThrownBy(() -> impatient().schema(8))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("did not complete an answer within 200 ms (6 attempts of GET " + ID)
        .hasMessageContaining("check registry.url, and that the registry runs");
  }

  @Test
  void anAnswerThatDripsIsGivenUp() {
    answers.put(
        ID,
        exchange -> {
          exchange.sendResponseHeaders(200, SCHEMA.length);
          OutputStream body = exchange.getResponseBody();
          for (byte each : SCHEMA) { // as slowly as it likes, but never silent for long
            body.write(each);
            body.flush();
            if (over.await(20, TimeUnit.MILLISECONDS)) {
              return;
            }
          }
        });

    assertThatThrownBy(() -> impatient().schema(8))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("did not complete an answer within 200 ms");
  }

  @Test
  void anAnswerWithoutEndIsNotReadToItsEnd() {
    answers.put(
        ID,
        exchange -> {
          exchange.sendResponseHeaders(200, 0); // of unknown length
          byte[] blanks = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
          while (over.getCount() > 0) { // until the client closes the connection
            exchange.getResponseBody().write(blanks);
          }
        });

    assertThatThrownBy(() -> patient().schema(8))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("answers with more than 1,048,576 bytes (6 attempts");
  }

  @Test
  void anIdThatAloneIsRefusedIsTheFaultOfItsRecord() {
    answers.put("/schemas/types", exchange -> send(exchange, 200, "[\"AVRO\"]"));
    for (int status : new int[] {400, 401, 403, 404, 405, 410, 422}) {
      answers.put(ID, exchange -> send(exchange, status, "{\"message\":\"not for you\"}"));

      assertThatThrownBy(() -> patient().schema(8))
          .as("%d", status)
          .isInstanceOf(SchemaUnknownException.class)
          .hasMessage(
              "The schema registry answers %d for schema 8, but answers other requests: not for you"
                  .formatted(status));
    }
  }

  @Test
  void aRefusalOfAMomentIsNotTheFaultOfARecord() throws Exception {
    answers.put("/schemas/types", exchange -> send(exchange, 200, "[]"));
    answers.put(
        ID,
        exchange -> {
          answers.put(ID, again -> send(again, 200, new String(SCHEMA, StandardCharsets.UTF_8)));
          send(exchange, 401, "{}");
        });

    assertThat(patient().schema(8)).isEqualTo(LabeledImage.getClassSchema());
  }

  @Test
  void aRegistryThatRefusesEverythingIsNotTheFaultOfARecord() {
    for (int status : new int[] {401, 403, 404, 422}) {
      for (String path : new String[] {"/schemas/types", "/subjects", "/schemas/ids/1", ID}) {
        answers.put(path, exchange -> send(exchange, status, "<html>no</html>"));
      }

      assertThatThrownBy(() -> patient().schema(8))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("answers %d to GET %s: <html>no</html>".formatted(status, ID));
    }
  }

  @Test
  void garbageIsNotTheFaultOfARecord() {
    for (String garbage :
        new String[] {"", "no JSON", "[]", "[".repeat(100_000), "{\"schema\":7}", "null"}) {
      answers.put(ID, exchange -> send(exchange, 200, garbage));

      assertThatThrownBy(() -> patient().schema(8))
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("is not that of a schema registry with Confluent's REST API");
    }
  }

  @Test
  void aWrongLoginIsFoundAtTheStartAndARegistryThatIsDownIsNotOne() {
    for (int status : new int[] {401, 403}) {
      for (String path : new String[] {"/schemas/types", "/subjects", "/schemas/ids/1"}) {
        answers.put(path, exchange -> send(exchange, status, "{\"message\":\"who are you\"}"));
      }
      assertThatThrownBy(() -> patient().requireAccess())
          .isInstanceOf(RegistryException.class)
          .hasMessageContaining("answers %d".formatted(status))
          .hasMessageContaining("check the login in registry.basic-auth-file");

      answers.put("/schemas/ids/1", exchange -> send(exchange, 404, "{\"error_code\":40403}"));
      patient().requireAccess(); // rights for schemas alone are enough
    }

    answers.put("/schemas/types", exchange -> send(exchange, 503, ""));
    patient().requireAccess();
  }

  private SchemaRegistry patient() {
    return client(Duration.ofMinutes(1));
  }

  /** For answers that never come to an end: they are given up however slow the machine is. */
  private SchemaRegistry impatient() {
    return client(Duration.ofMillis(200));
  }

  private SchemaRegistry client(Duration timeout) {
    String url = "http://localhost:" + server.getAddress().getPort();
    return new SchemaRegistry(
        new RegistryRequests(new JobConfig.Registry(url, ""), Duration.ofMillis(1), timeout));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      answers.get(exchange.getRequestURI().getPath()).to(exchange);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw e; // the client has gone
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
