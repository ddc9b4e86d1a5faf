package io.rankstream.pipeline.config;

import java.net.URI;
import java.util.Optional;

/** Checks the address of a schema registry without repeating a password that stands in it. */
public final class RegistryUrl {

  private static final String RULE =
      "must be an http or https URL such as http://registry:8081, or empty";

  private RegistryUrl() {}

  /** What is wrong with an address, or empty when it is good. */
  public static Optional<String> problem(String url) {
    if (url.isEmpty()) {
      return Optional.empty();
    }
    if (url.contains("@")) {
      return Optional.of(
          "Invalid %s: %s (must not hold user and password: put user:password into a file and name it in %s)"
              .formatted(
                  JobOptions.REGISTRY_URL.key(),
                  url.replaceFirst("^(\\w+://)?.*@", "$1...@"),
                  JobOptions.REGISTRY_BASIC_AUTH_FILE.key()));
    }

    return isHttp(url)
        ? Optional.empty()
        : Optional.of("Invalid %s: %s (%s)".formatted(JobOptions.REGISTRY_URL.key(), url, RULE));
  }

  private static boolean isHttp(String url) {
    try {
      URI uri = URI.create(url);
      return uri.getHost() != null
          && uri.getScheme().matches("(?i)https?")
          && uri.getQuery() == null
          && uri.getFragment() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
