package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;

/**
 * A BatchNorm that can become part of the convolution before it. With fixed statistics it is a
 * factor and an addend for each channel, {@code γ/√(σ² + ε)} and {@code β − μγ/√(σ² + ε)}, which
 * the kernels and a bias of the convolution take over: one pass over the map less.
 *
 * @param kernel kernels of the convolution, {@code [out, in, H, W]}
 * @param scale γ, {@code [out]}
 * @param shift β, {@code [out]}
 * @param mean running μ, {@code [out]}
 * @param variance running σ², {@code [out]}
 * @param epsilon ε
 * @see <a href="https://arxiv.org/abs/1712.05877">Jacob et al. 2018, Quantization and Training of
 *     Neural Networks for Efficient Integer-Arithmetic-Only Inference, section 3.2</a>
 */
public record Folding(
    Slot kernel, Slot scale, Slot shift, Slot mean, Slot variance, float epsilon) {

  /** Writes the folded kernels in the place of the kernels, and the bias in the place of β. */
  void apply(Weights weights) {
    try (NDArray shifted = weights.get(variance).add(epsilon);
        NDArray deviation = shifted.sqrt();
        NDArray factor = weights.get(scale).div(deviation);
        NDArray column = factor.reshape(-1, 1, 1, 1);
        NDArray moved = weights.get(mean).mul(factor)) {
      weights.get(kernel).muli(column);
      weights.get(shift).subi(moved);
    }
  }
}
