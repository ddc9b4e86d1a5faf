package io.rankstream.pipeline.wire;

/**
 * The registry cannot be reached or refuses to work. Says nothing about a record: whoever meets it
 * tries again later.
 */
public final class RegistryException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RegistryException(String message) {
    super(message);
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
