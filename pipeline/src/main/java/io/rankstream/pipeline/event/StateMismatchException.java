package io.rankstream.pipeline.event;

/** The restored state does not fit the configuration. */
public final class StateMismatchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what does not fit and what to do next
   */
  public StateMismatchException(String message) {
    super(message);
  }
}
