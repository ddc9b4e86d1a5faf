package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends requests to a schema registry. Each has one limit of time, from the connection to the last
 * byte of the answer, and one of length: a registry that stalls, or whose answer never ends, is as
 * one that cannot be reached.
 *
 * <p>While the registry does not answer or is ill, a request is repeated with growing pauses.
 */
final class RegistryRequests {

  static final int MAX_ANSWER_BYTES = 1 << 20;

  private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final int ATTEMPTS = 6;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_EARLY = 425;
  private static final int TOO_MANY_REQUESTS = 429;

  private final HttpClient client;
  private final String base;
  private final Optional<String> authorization;
  private final Duration firstPause;
  private final Duration timeout;

  /**
   * @param firstPause pause after the first failed attempt; each further pause is twice as long
   * @param timeout longest time for one attempt, the whole answer included
   * @throws RegistryException when the login cannot be read
   */
  RegistryRequests(JobConfig.Registry config, Duration firstPause, Duration timeout) {
    this.base = config.url().replaceFirst("/+$", "");
    this.authorization = BasicAuth.header(config.basicAuthFile(), System.getenv());
    this.firstPause = firstPause;
    this.timeout = timeout;
    // HTTP/1.1: some proxies fail on the upgrade header. Redirects are not followed: they would
    // send the login to another server.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** An attempt: its answer, or in words why there is none. */
  private record Attempt(HttpResponse<String> answer, String problem) {}

  /** Address of the registry, without a slash at its end. */
  String base() {
    return base;
  }

  /**
   * Requests a path, again and again while the registry is ill.
   *
   * @throws RegistryException when it stays ill
   */
  HttpResponse<String> get(String path) {
    return send(request(path).GET().build());
  }

  /**
   * Posts a body, as {@link #get} requests.
   *
   * @throws RegistryException when the registry stays ill
   */
  HttpResponse<String> post(String path, String body) {
    return send(request(path).POST(BodyPublishers.ofString(body)).build());
  }

  /** Requests a path once; empty when the registry is ill or cannot be reached. */
  Optional<HttpResponse<String>> tryOnce(String path) {
    return Optional.ofNullable(attempt(request(path).GET().build()).answer());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Accept", MEDIA_TYPE + ", application/json")
            .header("Content-Type", MEDIA_TYPE);
    authorization.ifPresent(value -> request.header("Authorization", value));
    return request;
  }

  private HttpResponse<String> send(HttpRequest request) {
    long pause = firstPause.toMillis();
    for (int number = 1; ; number++, pause *= 2) {
      Attempt attempt = attempt(request);
      if (attempt.answer() != null) {
        return attempt.answer();
      }
      if (number == ATTEMPTS) {
        String path = request.uri().toString().substring(base.length());
        throw new RegistryException(
            "The schema registry %s %s (%d attempts of %s %s): check registry.url, and that the registry runs"
                .formatted(base, attempt.problem(), ATTEMPTS, request.method(), path));
      }
      pause(pause);
    }
  }

  private Attempt attempt(HttpRequest request) {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(request, head -> new BoundedBody(MAX_ANSWER_BYTES));
    try {
      // HttpRequest has a timeout too, but that ends with the headers of the answer.
      HttpResponse<String> response = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return isIll(response.statusCode())
          ? new Attempt(null, "answers %d".formatted(response.statusCode()))
          : new Attempt(response, null);
    } catch (TimeoutException e) {
      return new Attempt(
          null, "did not complete an answer within %d ms".formatted(timeout.toMillis()));
    } catch (ExecutionException e) {
      return new Attempt(null, problem(e.getCause()));
    } catch (InterruptedException e) {
      throw interrupted(e);
    } finally {
      answer.cancel(true); // closes the connection of an answer that was given up
    }
  }

  private static String problem(Throwable cause) {
    if (cause instanceof BoundedBody.TooLongException tooLong) {
      return "answers with " + tooLong.getMessage();
    }
    if (cause instanceof IOException) {
      return "cannot be reached (%s)".formatted(cause);
    }

    throw new IllegalStateException("A request to the schema registry failed", cause);
  }

  private static boolean isIll(int status) {
    return status >= 500
        || status == REQUEST_TIMEOUT
        || status == TOO_EARLY
        || status == TOO_MANY_REQUESTS;
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
}
