package io.rankstream.pipeline.train;

/** The restored state does not fit the configuration. */
final class StateMismatchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what does not fit and what to do next
   */
  StateMismatchException(String message) {
    super(message);
  }
}
