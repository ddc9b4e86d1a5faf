package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.List;

/** A step from one feature map to the next. */
@FunctionalInterface
interface Layer {

  /** {@code [N, in, H, W]} → {@code [N, out, H', W']}; the input stays open. */
  NDArray forward(Weights weights, NDArray x, boolean training);

  /** A convolution, BatchNorm and ReLU. */
  static Layer relu(Convolution convolution, BatchNormalization norm) {
    return (weights, x, training) ->
        norm.forwardRelu(weights, convolution.forward(weights, x), training);
  }

  /** One or more layers, one after the other. */
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

  /** One or more layers, one after the other. */
  static Layer chain(Layer... layers) {
    return chain(List.of(layers));
  }

  /** Layers that take the same map; the channels of what they give, one after the other. */
  static Layer branches(Layer... layers) {
    List<Layer> sides = List.of(layers);
    return (weights, x, training) -> {
      try (NDList maps = new NDList(sides.size())) {
        for (Layer side : sides) {
          maps.add(side.forward(weights, x, training));
        }

        return NDArrays.concat(maps, 1);
      }
    };
  }
}
