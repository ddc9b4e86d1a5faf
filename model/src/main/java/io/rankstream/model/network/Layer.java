package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.List;

/** A function from one feature map to the next. */
@FunctionalInterface
interface Layer {

  /** {@code [N, in, H, W]} → {@code [N, out, H', W']}; the input stays open. */
  NDArray forward(Weights weights, NDArray x, boolean training);

  /** A convolution, its BatchNorm and ReLU. */
  static Layer relu(Convolution convolution, BatchNormalization norm) {
    return (weights, x, training) ->
        norm.forwardRelu(weights, convolution.forward(weights, x), training);
  }

  /** Applies one or more layers in turn. */
  static Layer chain(List<Layer> layers) {
    List<Layer> later = List.copyOf(layers.subList(1, layers.size()));
    Layer first = layers.get(0);
    return (weights, input, training) -> {
      NDArray x = first.forward(weights, input, training);
      for (Layer layer : later) {
        NDArray y = layer.forward(weights, x, training);
        x.close();
        x = y;
      }

      return x;
    };
  }

  /** Applies one or more layers in turn. */
  static Layer chain(Layer... layers) {
    return chain(List.of(layers));
  }

  /** Parallel branches on one input, concatenated along the channels. */
  static Layer branches(Layer... layers) {
    List<Layer> all = List.of(layers);
    return (weights, x, training) -> {
      try (NDList maps = new NDList(all.size())) {
        for (Layer branch : all) {
          maps.add(branch.forward(weights, x, training));
        }

        return NDArrays.concat(maps, 1);
      }
    };
  }
}
