package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.optimize.AdamW;
import io.rankstream.model.optimize.Blocks;
import io.rankstream.model.optimize.GradientNorm;
import io.rankstream.model.optimize.MomentumSgd;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.UpdateRule;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/** What becomes of a gradient: accumulated, clipped, and turned into new weights. */
final class Optimization {

  private final OptimizerConfig config;
  private final UpdateRule rule;
  private final NDList weights;
  private final Optional<NDList> rates;
  private final List<NDList> moments;
  private final Optional<NDList> accumulated;

  private Optimization(
      OptimizerConfig config,
      UpdateRule rule,
      NDList weights,
      Optional<NDList> rates,
      List<NDList> moments,
      Optional<NDList> accumulated) {
    this.config = config;
    this.rule = rule;
    this.weights = weights;
    this.rates = rates;
    this.moments = moments;
    this.accumulated = accumulated;
  }

  /**
   * Prepares updates.
   *
   * @param parameters the flat buffer that they write
   * @param segments how the gradient comes
   * @param buffers where the optimizer keeps what it remembers
   */
  static Optimization of(
      OptimizerConfig config,
      TwoHeadNetwork network,
      NDArray parameters,
      List<Segment> segments,
      ModelBuffers buffers) {
    UpdateRule rule =
        switch (config.rule()) {
          case SGD -> new MomentumSgd(config.momentum(), config.weightDecay());
          case ADAMW -> new AdamW(config.momentum(), config.beta2(), config.weightDecay());
        };
    Function<NDArray, NDList> blocks = flat -> Blocks.of(Segment.cut(segments, flat));
    long size = network.layout().parametersSize();
    String prefix = config.rule() + "-moment-"; // moments of another rule mean something else
    List<NDList> moments =
        IntStream.range(0, rule.moments())
            .mapToObj(i -> blocks.apply(buffers.addZeros(prefix + i, size)))
            .toList();
    Optional<NDList> accumulated =
        config.accumulate() > 1
            ? Optional.of(blocks.apply(buffers.addZeros("accumulated", size)))
            : Optional.empty();
    Optional<NDList> rates = rates(config, network, parameters.getManager()).map(blocks);
    return new Optimization(config, rule, blocks.apply(parameters), rates, moments, accumulated);
  }

  /**
   * Takes the gradient of a step; changes it.
   *
   * @param gradient its blocks
   * @param squaredNorm squared norm of the gradient, scalar
   * @param stepsTaken steps before this one
   */
  void apply(NDList gradient, NDArray squaredNorm, double learningRate, long stepsTaken) {
    long update = stepsTaken / config.accumulate() + 1;
    if (accumulated.isEmpty()) {
      update(gradient, squaredNorm, learningRate, update);
      return;
    }

    NDList sum = accumulated.get();
    for (int i = 0; i < sum.size(); i++) {
      sum.get(i).addi(gradient.get(i));
    }
    if ((stepsTaken + 1) % config.accumulate() == 0) {
      sum.forEach(block -> block.divi((float) config.accumulate()));
      try (NDArray norm = Blocks.squaredNorm(sum)) {
        update(sum, norm, learningRate, update);
      }
      for (NDArray block : sum) {
        try (NDArray zeros = block.zerosLike()) {
          ModelBuffers.overwrite(block, zeros);
        }
      }
    }
  }

  private void update(NDList gradient, NDArray squaredNorm, double learningRate, long update) {
    if (config.clipNorm() > 0) {
      GradientNorm.clip(gradient, squaredNorm, config.clipNorm());
    }
    Blocks.update(rule, weights, moments, gradient, rates, learningRate, update);
  }

  /** The factor of each value's learning rate; nothing where all are 1. */
  private static Optional<NDArray> rates(
      OptimizerConfig config, TwoHeadNetwork network, NDManager manager) {
    boolean uniform = config.headsFactor() == 1 && config.frozen().isEmpty();
    if (uniform) {
      return Optional.empty();
    }

    float[] rates = new float[network.layout().parametersSize()];
    for (Slot slot : network.layout().parameters()) {
      double head = network.isOfHead(slot) ? config.headsFactor() : 1;
      double rate = config.freezes(slot.name()) ? 0 : head;
      int from = Math.toIntExact(slot.offset());
      Arrays.fill(rates, from, from + Math.toIntExact(slot.shape().size()), (float) rate);
    }

    return Optional.of(manager.create(rates));
  }
}
