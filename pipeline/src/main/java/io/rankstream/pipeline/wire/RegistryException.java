package io.rankstream.pipeline.wire;

/**
 * The registry cannot be reached or refuses a request. Not the fault of a record: callers retry.
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
