package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * All triplets of a batch: N³ places for N images, which bounds the size of a batch.
 *
 * @see <a href="https://arxiv.org/abs/1703.07737">Hermans et al. 2017, In Defense of the Triplet
 *     Loss, equation 6</a>
 */
final class BatchAllMiner implements TripletMiner {

  @Override
  public Triplets mine(NDArray distances, NDArray labels) {
    NDManager manager = distances.getManager();
    int count = Math.toIntExact(distances.getShape().get(0));
    Shape cube = new Shape(count, count, count); // [anchor, positive, negative]

    LabelPairs pairs = LabelPairs.of(labels);
    NDArray places =
        manager.arange(0, count * count, 1, DataType.INT64).reshape(new Shape(count, count));
    NDArray mask =
        pairs
            .positive()
            .reshape(count, count, 1)
            .broadcast(cube)
            .logicalAnd(pairs.other().reshape(count, 1, count).broadcast(cube))
            .toType(distances.getDataType(), false)
            .flatten();
    return new Triplets(
        places.reshape(count, count, 1).broadcast(cube).flatten(),
        places.reshape(count, 1, count).broadcast(cube).flatten(),
        mask,
        mask.sum());
  }
}
