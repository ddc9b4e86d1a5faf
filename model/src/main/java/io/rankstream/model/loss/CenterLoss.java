package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Center loss {@code ½ Σ ‖e − c_label‖²}: a sum over the batch, so its λ is small. The centres
 * follow the embeddings after each batch; the paper's released code contains that update but never
 * runs it.
 *
 * @see <a href="https://doi.org/10.1007/978-3-319-46478-7_31">Wen et al. 2016, A Discriminative
 *     Feature Learning Approach for Deep Face Recognition</a>
 */
final class CenterLoss implements EmbeddingLoss {

  private final Centers centers;

  CenterLoss(Centers centers) {
    this.centers = centers;
  }

  @Override
  public RankingOutcome of(NDArray embeddings, NDArray labels, int classes) {
    NDManager manager = labels.getManager();
    NDArray half = manager.full(new Shape(), 0.5f, embeddings.getDataType());
    NDArray loss = embeddings.sub(centers.of(labels)).square().sum().mul(half);
    NDArray none = manager.zeros(new Shape(), embeddings.getDataType());
    return new RankingOutcome(loss, none, none);
  }

  @Override
  public void follow(NDArray embeddings, NDArray labels, int classes) {
    NDArray ones = labels.getManager().ones(labels.getShape(), embeddings.getDataType());
    centers.move(labels, centers.of(labels).sub(embeddings), ones);
  }
}
