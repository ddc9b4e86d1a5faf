package io.rankstream.pipeline.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.rankstream.pipeline.config.JobConfig;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * A client of a schema registry with the REST API of Confluent's: registers a schema, and finds one
 * by its id.
 *
 * <p>A registry that is ill is asked again ({@link RegistryRequests}). One that refuses a single id
 * while it answers other requests refuses that id alone: the record that names it is at fault.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">Schema
 *     Registry API</a>
 */
final class SchemaRegistry {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int SHOWN_ANSWER = 300;
  private static final int OK = 200;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  /** Requests that a registry answers with a list, whatever it holds. */
  private static final List<String> LISTS = List.of("/schemas/types", "/subjects");

  private final RegistryRequests requests;
  private final String base;

  /**
   * @throws RegistryException when the login cannot be read
   */
  SchemaRegistry(JobConfig.Registry config) {
    this(new RegistryRequests(config, FIRST_PAUSE, TIMEOUT));
  }

  SchemaRegistry(RegistryRequests requests) {
    this.requests = requests;
    this.base = requests.base();
  }

  /** Address of the registry. */
  String url() {
    return base;
  }

  /**
   * Checks that the registry does not refuse everything, as it does with a wrong login. One that
   * cannot be reached passes: it may be there when it is needed.
   *
   * @throws RegistryException when it refuses everything
   */
  void requireAccess() {
    for (String path : LISTS) {
      Optional<HttpResponse<String>> response = requests.tryOnce(path);
      if (response.isEmpty() || !isRefusal(response.get().statusCode())) {
        return;
      }
    }

    String path = "/schemas/ids/1"; // some rights are for schemas alone
    requests
        .tryOnce(path)
        .filter(response -> isRefusal(response.statusCode()))
        .ifPresent(
            response -> {
              throw refused("GET " + path, response, json(response));
            });
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
    HttpResponse<String> response = requests.post(path, body);
    JsonNode answer = json(response);
    if (response.statusCode() != OK) {
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
   * @throws SchemaUnknownException when the registry does not know the id or refuses it alone, or
   *     the schema is not an Avro schema
   * @throws RegistryException when the registry cannot be reached or refuses everything
   */
  Schema schema(int id) throws SchemaUnknownException {
    if (id < 0) {
      throw new SchemaUnknownException("%d is not a schema id (ids are 0 or more)".formatted(id));
    }

    String path = "/schemas/ids/" + id;
    HttpResponse<String> response = requests.get(path);
    JsonNode answer = json(response);
    if (response.statusCode() != OK && !isNotFound(response, answer) && answersOthers()) {
      response = requests.get(path); // the refusal may have been that of a moment
      answer = json(response);
      if (response.statusCode() != OK) {
        throw new SchemaUnknownException(
            "The schema registry answers %d for schema %d, but answers other requests: %s"
                .formatted(response.statusCode(), id, message(response, answer)));
      }
    }
    if (isNotFound(response, answer)) {
      throw new SchemaUnknownException("The schema registry has no schema %d".formatted(id));
    }
    if (response.statusCode() != OK) {
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
  private static boolean isNotFound(HttpResponse<String> response, JsonNode answer) {
    return response.statusCode() == NOT_FOUND
        && answer.path("error_code").asInt() / 100 == NOT_FOUND;
  }

  /** Whether the registry answers, with this address and this login, something else. */
  private boolean answersOthers() {
    return LISTS.stream()
        .anyMatch(
            path ->
                requests
                    .tryOnce(path)
                    .filter(response -> response.statusCode() == OK && json(response).isArray())
                    .isPresent());
  }

  private static boolean isRefusal(int status) {
    return status == UNAUTHORIZED || status == FORBIDDEN;
  }

  private RegistryException refused(String what, HttpResponse<String> response, JsonNode answer) {
    String advice =
        switch (response.statusCode()) {
          case UNAUTHORIZED, FORBIDDEN ->
              "check the login in registry.basic-auth-file or " + BasicAuth.VARIABLE;
          case NOT_FOUND ->
              "check that registry.url is the address of a registry with Confluent's REST API";
          case CONFLICT ->
              "the schema is not compatible with the one already registered for this subject: use another topic name, or change the subject's compatibility setting";
          default -> "see the registry's log";
        };
    return new RegistryException(
        "The schema registry %s answers %d to %s: %s (%s)"
            .formatted(base, response.statusCode(), what, message(response, answer), advice));
  }

  private RegistryException noRegistry(String what, HttpResponse<String> response) {
    return new RegistryException(
        "The answer of %s to %s is not that of a schema registry with Confluent's REST API: %s (check registry.url)"
            .formatted(base, what, shown(response)));
  }

  private static String message(HttpResponse<String> response, JsonNode answer) {
    return line(answer.path("message").asText(response.body()));
  }

  private static String shown(HttpResponse<String> response) {
    return line(response.body());
  }

  private static String line(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
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
