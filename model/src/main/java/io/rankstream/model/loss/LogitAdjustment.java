package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Takes the shares of the classes in the training out of what the softmax head learns. During
 * training {@code τ·log(share)} is added to the logits, so that the head need not learn the shares;
 * predictions do without the term and favour no class for being frequent.
 *
 * <p>A share is the mean number of images of the class in a step, since the class is known and with
 * a weight that falls by a thousandth from step to step. Before the first step it counts as that of
 * a class among equals, with the weight of one image: a new class starts there, and the share of a
 * class that never comes again stays above zero.
 *
 * @see <a href="https://arxiv.org/abs/2007.07314">Menon et al. 2021, Long-tail learning via logit
 *     adjustment</a>
 * @see <a href="https://arxiv.org/abs/2007.10740">Ren et al. 2020, Balanced Meta-Softmax for
 *     Long-Tailed Visual Recognition</a>
 */
public final class LogitAdjustment {

  /** Values that are kept for each class: its images and its steps, both fading. */
  public static final int VALUES_OF_A_CLASS = 2;

  private static final float KEPT = 0.999f;

  private final NDArray counts;
  private final double strength;

  /**
   * @param counts {@code [classes, 2]}, zeros before the first step; written in place; closed by
   *     the caller
   * @param strength τ, above 0
   */
  public LogitAdjustment(NDArray counts, double strength) {
    this.counts = counts;
    this.strength = strength;
  }

  /**
   * The term for the logits of the first classes, up to a number that is the same for all classes,
   * which softmax does not see.
   *
   * @param classes number of classes known so far, those of the batch included
   * @param batchSize images in the batch
   * @return {@code [classes]}, finite, attached to the manager
   */
  public NDArray of(int classes, int batchSize, NDManager manager) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray known = counts.get(scope, first(classes));
      NDArray images = known.get(":, 0").add(1);
      NDArray steps = known.get(":, 1").add((float) classes / batchSize);
      NDArray tau = scope.full(new Shape(), (float) strength, DataType.FLOAT32);
      NDArray term = images.div(steps).log().mul(tau);
      term.attach(manager);
      return term;
    }
  }

  /**
   * Counts the images of a step.
   *
   * @param labels int64, {@code [N]}, each below {@code classes}; what is computed attaches to its
   *     manager
   * @param classes number of classes known so far, those of the step included
   */
  public void follow(NDArray labels, int classes) {
    NDManager manager = labels.getManager();
    NDArray images = labels.oneHot(classes, DataType.FLOAT32).sum(new int[] {0});
    NDArray step = NDArrays.stack(new NDList(images, images.onesLike()), 1);
    NDArray kept = manager.full(new Shape(), KEPT, DataType.FLOAT32);
    counts.set(first(classes), counts.get(manager, first(classes)).mul(kept).add(step));
  }

  private static NDIndex first(int classes) {
    return new NDIndex("0:{}", classes);
  }
}
