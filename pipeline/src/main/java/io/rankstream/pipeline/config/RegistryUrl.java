package io.rankstream.pipeline.config;

import java.net.URI;

/** The rule of a schema registry's address. A login in it would end up in logs and savepoints. */
final class RegistryUrl {

  static final String ACCEPTED =
      "an http or https URL such as http://registry:8081, or empty; put user:password into a file and name it in registry.basic-auth-file";

  private RegistryUrl() {}

  /** Whether a text is an address without a login, or empty. */
  static boolean isAccepted(String url) {
    return url.isEmpty() || (!url.contains("@") && isHttp(url));
  }

  /** An address with dots in place of a login and of what may hold a token. */
  static String withoutLogin(String url) {
    return url.replaceFirst("^(\\w+://)?.*@", "$1...@").replaceFirst("(?s)[?#].*", "?...");
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
