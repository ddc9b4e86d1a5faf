package io.rankstream.model.step;

/** A model does not learn from its input, and rolling it back did not help. */
public final class TrainingFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final StepFault fault;

  /**
   * @param message what happened and what to do next
   * @param fault what was wrong with the last step
   */
  public TrainingFailedException(String message, StepFault fault) {
    super(message);
    this.fault = fault;
  }

  /** What was wrong with the last step. */
  public StepFault fault() {
    return fault;
  }
}
