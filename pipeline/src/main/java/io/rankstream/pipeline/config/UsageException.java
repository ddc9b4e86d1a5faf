package io.rankstream.pipeline.config;

import java.util.function.Supplier;

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

  /**
   * Makes something from a value that the user gave.
   *
   * @throws UsageException when it refuses the value with an {@link IllegalArgumentException}
   */
  public static <T> T check(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }
}
