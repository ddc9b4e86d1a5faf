package io.rankstream.model.step;

/** A model does not learn from its input, and rolling it back did not help. */
public final class TrainingFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what happened and what to do next
   */
  public TrainingFailedException(String message) {
    super(message);
  }
}
