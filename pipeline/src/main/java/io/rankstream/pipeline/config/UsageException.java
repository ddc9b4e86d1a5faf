package io.rankstream.pipeline.config;

/**
 * A value that the user gave to a command and that cannot be accepted; the message has the value
 * and the rule. Commands end with exit code 2 on it.
 */
public final class UsageException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
