package io.rankstream.pipeline.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * A client of a schema registry with the REST API of Confluent's: registers a schema, and finds one
 * by its id.
 *
 * <p>When the registry does not answer or fails, the request is repeated with growing pauses; after
 * the last attempt it fails.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">Schema
 *     Registry API</a>
 */
final class SchemaRegistry {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final int ATTEMPTS = 6;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int SHOWN_ANSWER = 300;

  private final HttpClient client;
  private final String base;
  private final Optional<String> authorization;
  private final Duration firstPause;

  /**
   * @throws RegistryException when the login cannot be read
   */
  SchemaRegistry(JobConfig.Registry config) {
    this(config, FIRST_PAUSE);
  }

  /**
   * @param firstPause pause after the first failed attempt; each further pause is twice as long
   */
  SchemaRegistry(JobConfig.Registry config, Duration firstPause) {
    this.base = config.url().replaceFirst("/+$", "");
    this.authorization = BasicAuth.header(config.basicAuthFile(), System.getenv());
    this.firstPause = firstPause;
    // HTTP/1.1: some proxies fail on the upgrade header. Redirects are not followed: they would
    // send the login to another server.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
  }

  /**
   * Registers a schema, or finds it when it is already registered.
   *
   * @param subject such as {@code embeddings.v2-value}
   * @return the id of the schema
   * @throws RegistryException when the registry cannot be reached or refuses the schema
   */
  int register(String subject, Schema schema) {
    String path = "/subjects/" + encoded(subject) + "/versions";
    String body = JSON.createObjectNode().put("schema", schema.toString()).toString();
    HttpResponse<String> response =
        send(request(path).POST(BodyPublishers.ofString(body)), "POST " + path);
    JsonNode answer = json(response);
    if (response.statusCode() != 200) {
      throw refused("POST " + path, response, answer);
    }
    if (!answer.path("id").canConvertToInt()) {
      throw noRegistry("POST " + path, response);
    }

    return answer.get("id").intValue();
  }

  /**
   * The Avro schema of an id.
   *
   * @throws SchemaUnknownException when the registry does not know the id, or the schema is not an
   *     Avro schema
   * @throws RegistryException when the registry cannot be reached or refuses to answer
   */
  Schema schema(int id) throws SchemaUnknownException {
    if (id < 0) {
      throw new SchemaUnknownException("%d is not a schema id (ids are 0 or more)".formatted(id));
    }

    String path = "/schemas/ids/" + id;
    HttpResponse<String> response = send(request(path).GET(), "GET " + path);
    JsonNode answer = json(response);
    if (response.statusCode() == 404 && isNotFound(answer)) {
      throw new SchemaUnknownException("The schema registry has no schema %d".formatted(id));
    }
    if (response.statusCode() != 200) {
      throw refused("GET " + path, response, answer);
    }
    if (!answer.path("schema").isTextual()) {
      throw noRegistry("GET " + path, response);
    }

    String type = answer.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      throw new SchemaUnknownException(
          "Schema %d of the registry is not an Avro schema: its type is %s".formatted(id, type));
    }
    try {
      return new Schema.Parser().parse(answer.get("schema").textValue());
    } catch (AvroRuntimeException e) {
      throw new SchemaUnknownException(
          "Schema %d of the registry cannot be read: %s".formatted(id, e.getMessage()));
    }
  }

  /**
   * Whether the registry itself reports that the schema is missing, with a code such as 40403. A
   * wrong path is a 404 as well (registries use the error code 404), and good records must not be
   * rejected because of that.
   */
  private static boolean isNotFound(JsonNode answer) {
    return answer.path("error_code").asInt() / 100 == 404;
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(TIMEOUT)
            .header("Accept", MEDIA_TYPE + ", application/json")
            .header("Content-Type", MEDIA_TYPE);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private HttpResponse<String> send(HttpRequest.Builder builder, String what) {
    HttpRequest request = builder.build();
    long pause = firstPause.toMillis();
    for (int attempt = 1; ; attempt++, pause *= 2) {
      String problem;
      try {
        HttpResponse<String> response =
            client.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() < 500 && response.statusCode() != 429) {
          return response;
        }
        problem = "answers %d".formatted(response.statusCode());
      } catch (IOException e) {
        problem = "cannot be reached (%s)".formatted(e);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }

      if (attempt == ATTEMPTS) {
        throw new RegistryException(
            "The schema registry %s %s (%d attempts of %s): check registry.url, and that the registry runs"
                .formatted(base, problem, ATTEMPTS, what));
      }
      pause(pause);
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static RegistryException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RegistryException("Interrupted while waiting for the schema registry", e);
  }

  private RegistryException refused(String what, HttpResponse<String> response, JsonNode answer) {
    String advice =
        switch (response.statusCode()) {
          case 401, 403 -> "check the login in registry.basic-auth-file or " + BasicAuth.VARIABLE;
          case 404 ->
              "check that registry.url is the address of a registry with Confluent's REST API";
          case 409 ->
              "the schema is not compatible with the one already registered for this subject: use another topic name, or change the subject's compatibility setting";
          default -> "see the registry's log";
        };
    return new RegistryException(
        "The schema registry %s answers %d to %s: %s (%s)"
            .formatted(
                base,
                response.statusCode(),
                what,
                answer.path("message").asText(shown(response)),
                advice));
  }

  private RegistryException noRegistry(String what, HttpResponse<String> response) {
    return new RegistryException(
        "The answer of %s to %s is not that of a schema registry with Confluent's REST API: %s (check registry.url)"
            .formatted(base, what, shown(response)));
  }

  private static String shown(HttpResponse<String> response) {
    String line = response.body().replaceAll("\\s+", " ").strip();
    return line.length() <= SHOWN_ANSWER ? line : line.substring(0, SHOWN_ANSWER) + " ...";
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8);
  }
}
