package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Output of a backbone, input of the two heads. Most backbones give both heads the same map.
 *
 * @param classification map that the softmax head averages, {@code [N, channels, height, width]}
 * @param embedding map that the embedding head flattens, {@code [N, channels, height, width]}
 */
public record FeatureMaps(NDArray classification, NDArray embedding) {

  static FeatureMaps shared(NDArray map) {
    return new FeatureMaps(map, map);
  }

  /** The same maps in the type of an array; closes these. */
  FeatureMaps inTypeOf(NDArray array) {
    // toType() would cut the graph. DJL does not know bfloat16, so the sum alone has a type for it.
    try (NDArray zero = array.getManager().zeros(new Shape(1), array.getDataType())) {
      NDArray wide = classification.add(zero);
      FeatureMaps maps =
          embedding == classification ? shared(wide) : new FeatureMaps(wide, embedding.add(zero));
      classification.close();
      embedding.close();
      return maps;
    }
  }
}
