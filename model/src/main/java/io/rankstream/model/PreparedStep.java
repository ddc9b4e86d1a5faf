package io.rankstream.model;

import ai.djl.ndarray.NDManager;
import io.rankstream.model.step.StepReport;
import java.util.List;

/** A training step with its gradient computed and its weights not yet updated. */
public final class PreparedStep implements AutoCloseable {

  private final NDManager scope;
  private final List<String> labels;
  private final TrainingPass.Result pass;
  private final StepReport report;

  /**
   * @param scope owner of the arrays, closed with the step
   * @param labels one label for each image
   * @param pass arrays of the forward and the backward pass
   * @param report figures of the step if it is taken
   */
  PreparedStep(NDManager scope, List<String> labels, TrainingPass.Result pass, StepReport report) {
    this.scope = scope;
    this.labels = labels;
    this.pass = pass;
    this.report = report;
  }

  List<String> labels() {
    return labels;
  }

  TrainingPass.Result pass() {
    return pass;
  }

  /** Figures of the step, as if it were taken. */
  public StepReport report() {
    return report;
  }

  @Override
  public void close() {
    scope.close();
  }
}
