package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * The nearest negative that is farther than the positive, {@code d(a,n) > d(a,p)}: semi-hard within
 * the margin, easy beyond it. Where no negative is farther than the positive, the farthest
 * negative: the least hard of the hard ones.
 *
 * @see <a href="https://arxiv.org/abs/1503.03832">Schroff et al. 2015, FaceNet</a>
 */
public final class SemiHardMiner implements TripletMiner {

  private static final double NEVER_NEAREST =
      3e38; // the largest float, so that both precisions take it
  private static final double NEVER_FARTHEST = -1;

  @Override
  public Triplets mine(NDArray distances, NDArray labels) {
    NDManager manager = distances.getManager();
    DataType type = distances.getDataType();
    int count = Math.toIntExact(distances.getShape().get(0));
    Shape cube = new Shape(count, count, count); // [anchor, positive, negative]

    NDArray same = labels.reshape(count, 1).eq(labels.reshape(1, count));
    NDArray other = same.logicalNot();
    NDArray toNegative = distances.reshape(count, 1, count).broadcast(cube);
    NDArray farther =
        toNegative
            .gt(distances.reshape(count, count, 1).broadcast(cube))
            .logicalAnd(other.reshape(count, 1, count).broadcast(cube));
    NDArray nearestFarther =
        NDArrays.where(farther, toNegative, manager.full(cube, (float) NEVER_NEAREST, type))
            .argMin(2);
    NDArray farthest =
        NDArrays.where(
                other, distances, manager.full(distances.getShape(), (float) NEVER_FARTHEST, type))
            .argMax(1)
            .reshape(count, 1)
            .broadcast(new Shape(count, count));
    NDArray hasFarther = farther.toType(DataType.INT32, false).sum(new int[] {2}).gt(0);
    NDArray negative = NDArrays.where(hasFarther, nearestFarther, farthest);

    NDArray hasNegative =
        other.toType(DataType.INT32, false).sum(new int[] {1}, true).gt(0).toType(type, false);
    NDArray positive = same.toType(type, false).sub(manager.eye(count, count, 0, type));
    return new Triplets(negative, positive.mul(hasNegative));
  }
}
