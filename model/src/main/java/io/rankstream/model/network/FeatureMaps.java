package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;

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
}
