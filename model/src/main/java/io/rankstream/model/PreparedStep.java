package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.network.FeatureMaps;
import io.rankstream.model.step.StepReport;
import java.util.List;
import java.util.Optional;

/** A training step whose gradient is there and whose weights have not moved yet. */
public final class PreparedStep implements AutoCloseable {

  private final NDManager scope;
  private final List<String> labels;
  private final NDArray rows;
  private final FeatureMaps features;
  private final Optional<NDArray> embeddings;
  private final NDList gradient;
  private final NDArray squaredNorm;
  private final StepReport report;

  /**
   * @param scope owner of the arrays, closed with the step
   * @param rows int64, {@code [N]}, rows of the labels in the softmax head
   * @param features what the forward pass computed
   * @param embeddings {@code [N, D]}, as the ranking loss saw them
   * @param gradient its blocks, as those of the parameters
   * @param squaredNorm squared norm of the gradient, scalar
   * @param report figures of the step if it is taken
   */
  PreparedStep(
      NDManager scope,
      List<String> labels,
      NDArray rows,
      FeatureMaps features,
      Optional<NDArray> embeddings,
      NDList gradient,
      NDArray squaredNorm,
      StepReport report) {
    this.scope = scope;
    this.labels = labels;
    this.rows = rows;
    this.features = features;
    this.embeddings = embeddings;
    this.gradient = gradient;
    this.squaredNorm = squaredNorm;
    this.report = report;
  }

  List<String> labels() {
    return labels;
  }

  NDArray rows() {
    return rows;
  }

  FeatureMaps features() {
    return features;
  }

  Optional<NDArray> embeddings() {
    return embeddings;
  }

  NDList gradient() {
    return gradient;
  }

  NDArray squaredNorm() {
    return squaredNorm;
  }

  StepReport report() {
    return report;
  }

  @Override
  public void close() {
    scope.close();
  }
}
