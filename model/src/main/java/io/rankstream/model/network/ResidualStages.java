package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * The stages of residual blocks behind the stem of a ResNet. The first stage has the width and the
 * resolution of the stem; each further one doubles the width and halves the resolution.
 */
final class ResidualStages {

  /** Makes a block of a ResNet. */
  interface BlockForm {

    ResidualBlock block(ParameterLayout layout, String name, int inputs, int width, int stride);
  }

  private final List<ResidualBlock> blocks = new ArrayList<>();
  private final int outputs;

  /**
   * @param stemChannels channels of the stem
   * @param depths blocks of each stage
   */
  ResidualStages(ParameterLayout layout, int stemChannels, int[] depths, BlockForm form) {
    int inputs = stemChannels;
    for (int stage = 0; stage < depths.length; stage++) {
      int width = stemChannels << stage;
      for (int i = 0; i < depths[stage]; i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        String name = "layer%s.%s".formatted(stage + 1, i);
        ResidualBlock block = form.block(layout, name, inputs, width, stride);
        blocks.add(block);
        inputs = block.outputs();
      }
    }
    outputs = inputs;
  }

  /** Channels behind the last stage. */
  int outputs() {
    return outputs;
  }

  /** {@code [N, stem, H, W]} → {@code [N, out, H', W']}; the input is closed. */
  NDArray forward(Weights weights, NDArray stem, boolean training) {
    NDArray x = stem;
    for (ResidualBlock block : blocks) {
      NDArray y = block.forward(weights, x, training);
      x.close();
      x = y;
    }
    return x;
  }
}
