package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * For each anchor its farthest positive and its nearest negative.
 *
 * <p>As in the paper's code (ranking/triplet_hard.py) the mean is over all anchors: one without a
 * positive counts with {@code d(a,p) = 0}, one without a negative counts with a loss of 0.
 *
 * @see <a href="https://arxiv.org/abs/1703.07737">Hermans et al. 2017, In Defense of the Triplet
 *     Loss</a>
 */
final class BatchHardMiner implements TripletMiner {

  private static final float NO_POSITIVE = -2;
  private static final float OWN_PLACE = -1; // the diagonal wins where a row has no positive

  @Override
  public Triplets mine(NDArray distances, NDArray labels) {
    NDManager manager = distances.getManager();
    DataType type = distances.getDataType();
    int count = Math.toIntExact(distances.getShape().get(0));
    Shape square = new Shape(count, count);

    LabelPairs pairs = LabelPairs.of(labels);
    NDArray notPositive =
        NDArrays.where(
            pairs.diagonal(),
            manager.full(square, OWN_PLACE, type),
            manager.full(square, NO_POSITIVE, type));
    NDArray starts = LabelPairs.rowStarts(manager, count).flatten();
    NDArray positive = NDArrays.where(pairs.positive(), distances, notPositive).argMax(1);
    NDArray negative =
        NDArrays.where(pairs.other(), distances, manager.full(square, LabelPairs.BEYOND, type))
            .argMin(1);

    return new Triplets(
        positive.add(starts),
        negative.add(starts),
        pairs.hasNegative().flatten().toType(type, false),
        manager.full(new Shape(), count, type));
  }
}
