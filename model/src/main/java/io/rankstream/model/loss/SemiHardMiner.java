package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * For each pair of anchor and positive, the nearest negative that is farther than the positive,
 * {@code d(a,n) > d(a,p)}: semi-hard within the margin, easy beyond it. Where no negative is
 * farther than the positive, the farthest negative: the least hard of the hard ones.
 *
 * @see <a href="https://arxiv.org/abs/1503.03832">Schroff et al. 2015, FaceNet</a>
 */
final class SemiHardMiner implements TripletMiner {

  private static final float NEVER_FARTHEST = -1;

  @Override
  public Triplets mine(NDArray distances, NDArray labels) {
    NDManager manager = distances.getManager();
    DataType type = distances.getDataType();
    int count = Math.toIntExact(distances.getShape().get(0));
    Shape square = new Shape(count, count);
    Shape cube = new Shape(count, count, count); // [anchor, positive, negative]

    LabelPairs pairs = LabelPairs.of(labels);
    NDArray toNegative = distances.reshape(count, 1, count).broadcast(cube);
    NDArray farther =
        toNegative
            .gt(distances.reshape(count, count, 1).broadcast(cube))
            .logicalAnd(pairs.other().reshape(count, 1, count).broadcast(cube));
    NDArray nearestFarther =
        NDArrays.where(farther, toNegative, manager.full(cube, LabelPairs.BEYOND, type)).argMin(2);
    NDArray farthest =
        NDArrays.where(pairs.other(), distances, manager.full(square, NEVER_FARTHEST, type))
            .argMax(1)
            .reshape(count, 1)
            .broadcast(square);
    NDArray hasFarther = farther.toType(DataType.INT32, false).sum(new int[] {2}).gt(0);
    NDArray negative =
        NDArrays.where(hasFarther, nearestFarther, farthest)
            .add(LabelPairs.rowStarts(manager, count));

    NDArray mask =
        pairs
            .positive()
            .logicalAnd(pairs.hasNegative().broadcast(square))
            .toType(type, false)
            .flatten();
    NDArray positive = manager.arange(0, count * count, 1, DataType.INT64);
    return new Triplets(positive, negative.flatten(), mask, mask.sum());
  }
}
