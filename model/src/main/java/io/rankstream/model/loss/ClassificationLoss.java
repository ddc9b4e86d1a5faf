package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * The loss of the softmax head: cross-entropy with label smoothing, behind the term of the {@link
 * LogitAdjustment}.
 *
 * <p>Smoothing gives a share ε of the target to all classes, so that the head need not drive its
 * logits apart for ever. They get it in proportion to {@code softmax(term)}, the shares of the
 * classes in the training, and in equal parts where nothing is adjusted. Equal parts behind the
 * term would be wrong: they ask for more of a rare class than the training has of it, and
 * predictions, which do without the term, would then prefer rare classes. With the shares,
 * smoothing draws predictions towards equal confidence in all classes.
 *
 * @see <a href="https://arxiv.org/abs/1512.00567">Szegedy et al. 2016, Rethinking the Inception
 *     Architecture, section 7: u(k) is here the distribution in the training</a>
 */
public final class ClassificationLoss {

  private final double smoothing;

  /**
   * @param smoothing ε, share of the target that all classes get, at least 0, below 1; 0 smooths
   *     nothing
   */
  public ClassificationLoss(double smoothing) {
    this.smoothing = smoothing;
  }

  /**
   * The mean loss of a batch.
   *
   * @param logits {@code [N, C]}, before the softmax
   * @param labels int64, {@code [N]}, each below C; owner of the arrays that are made
   * @param term {@code [C]}, what is added to the logits in training; null adds nothing
   * @return scalar, differentiable
   */
  public NDArray of(NDArray logits, NDArray labels, NDArray term) {
    NDArray adjusted = term == null ? logits : logits.add(term);
    NDArray loss = CrossEntropy.mean(adjusted, labels);
    if (smoothing == 0) {
      return loss;
    }

    NDManager manager = labels.getManager();
    DataType type = logits.getDataType();
    NDArray toClasses = CrossEntropy.meanTo(adjusted, shares(logits, term, manager));
    return loss.mul(constant(1 - smoothing, manager, type))
        .add(toClasses.mul(constant(smoothing, manager, type)));
  }

  private static NDArray shares(NDArray logits, NDArray term, NDManager manager) {
    long classes = logits.getShape().get(1);
    NDArray known = term == null ? manager.zeros(new Shape(classes), logits.getDataType()) : term;
    return known.softmax(0).reshape(1, classes);
  }

  private static NDArray constant(double value, NDManager manager, DataType type) {
    return manager.create(value).toType(type, false);
  }
}
