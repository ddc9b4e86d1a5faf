package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Triplet-center loss {@code max(0, D(e, c_label) + margin − min D(e, c_other))} with {@code D =
 * ½‖·‖²}, averaged over the batch: an image has to be nearer to its own centre than to any other.
 * The centres follow the gradient of the active images.
 *
 * @see <a href="https://arxiv.org/abs/1803.06189">He et al. 2018, Triplet-Center Loss for
 *     Multi-View 3D Object Retrieval</a>
 */
final class TripletCenterLoss implements EmbeddingLoss {

  private final Centers centers;
  private final Margin margin;

  TripletCenterLoss(Centers centers, Margin margin) {
    this.centers = centers;
    this.margin = margin;
  }

  /** Own and nearest other centre of each image; arrays over the N images of a batch. */
  private record Comparison(NDArray nearestOther, NDArray difference, NDArray hasOther) {}

  @Override
  public RankingOutcome of(NDArray embeddings, NDArray labels, int classes) {
    Comparison comparison = compare(embeddings, labels, classes);
    NDArray values = Hinge.of(comparison.difference(), margin).mul(comparison.hasOther());
    NDArray active = Hinge.active(values);
    return new RankingOutcome(values.mean(), active, comparison.hasOther().sum());
  }

  @Override
  public void follow(NDArray embeddings, NDArray labels, int classes) {
    Comparison comparison = compare(embeddings, labels, classes);
    NDArray active = comparison.hasOther();
    if (!margin.isSoft()) {
      NDArray violates = comparison.difference().add(margin.value()).gt(0);
      active = active.mul(violates.toType(embeddings.getDataType(), false));
    }
    NDArray pull = centers.of(labels).sub(embeddings);
    NDArray push = embeddings.sub(centers.of(comparison.nearestOther()));
    centers.move(
        labels.concat(comparison.nearestOther(), 0),
        pull.concat(push, 0),
        active.concat(active, 0));
  }

  private Comparison compare(NDArray embeddings, NDArray labels, int classes) {
    NDManager manager = labels.getManager();
    DataType type = embeddings.getDataType();
    long images = labels.size();
    Shape table = new Shape(images, classes);

    NDArray known = centers.first(classes, manager);
    NDArray half = manager.full(new Shape(), 0.5f, type);
    NDArray distances = PairwiseDistance.squaredBetween(embeddings, known).mul(half);

    NDArray column = labels.reshape(images, 1);
    NDArray own = manager.arange(0, classes, 1, DataType.INT64).reshape(1, classes).eq(column);
    NDArray nearestOther =
        NDArrays.where(own, manager.full(table, LabelPairs.BEYOND, type), distances.stopGradient())
            .argMin(1);
    NDArray difference =
        distances
            .gather(column, 1)
            .sub(distances.gather(nearestOther.reshape(images, 1), 1))
            .flatten();
    NDArray hasOther = manager.full(new Shape(images), classes > 1 ? 1 : 0, type);
    return new Comparison(nearestOther, difference, hasOther);
  }
}
