package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.optimize.AdamW;
import io.rankstream.model.optimize.Blocks;
import io.rankstream.model.optimize.GradientNorm;
import io.rankstream.model.optimize.MomentumSgd;
import io.rankstream.model.optimize.UpdateRule;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** What becomes of a gradient: accumulated, clipped, and turned into new weights. */
final class Optimization {

  private final OptimizerConfig config;
  private final UpdateRule rule;
  private final Optional<NDList> rates;
  private final List<NDList> moments;
  private final Optional<NDArray> accumulated;

  private Optimization(
      OptimizerConfig config,
      UpdateRule rule,
      Optional<NDList> rates,
      List<NDList> moments,
      Optional<NDArray> accumulated) {
    this.config = config;
    this.rule = rule;
    this.rates = rates;
    this.moments = moments;
    this.accumulated = accumulated;
  }

  static Optimization of(
      OptimizerConfig config, TwoHeadNetwork network, NDManager manager, ModelBuffers buffers) {
    UpdateRule rule =
        switch (config.rule()) {
          case SGD -> new MomentumSgd(config.momentum(), config.weightDecay());
          case ADAMW -> new AdamW(config.momentum(), config.beta2(), config.weightDecay());
        };
    long size = network.layout().parametersSize();
    String prefix = config.rule() + "-moment-"; // moments of another rule mean something else
    List<NDList> moments =
        IntStream.range(0, rule.moments())
            .mapToObj(i -> Blocks.of(buffers.addZeros(prefix + i, size)))
            .toList();
    Optional<NDArray> accumulated =
        config.accumulate() > 1
            ? Optional.of(buffers.addZeros("accumulated", size))
            : Optional.empty();
    Optional<NDList> rates = rates(config, network, manager).map(Blocks::of);
    return new Optimization(config, rule, rates, moments, accumulated);
  }

  /**
   * Takes the gradient of a step; changes it.
   *
   * @param squaredNorm squared norm of the gradient, scalar
   * @param stepsTaken steps before this one
   */
  void apply(
      NDArray parameters,
      NDArray gradient,
      NDArray squaredNorm,
      double learningRate,
      long stepsTaken) {
    long update = stepsTaken / config.accumulate() + 1;
    if (accumulated.isEmpty()) {
      update(parameters, gradient, squaredNorm, learningRate, update);
      return;
    }

    NDArray sum = accumulated.get();
    sum.addi(gradient);
    if ((stepsTaken + 1) % config.accumulate() == 0) {
      sum.divi((float) config.accumulate());
      try (NDArray norm = Blocks.squaredNorm(sum)) {
        update(parameters, sum, norm, learningRate, update);
      }
      try (NDArray zeros = sum.zerosLike()) {
        ModelBuffers.overwrite(sum, zeros);
      }
    }
  }

  private void update(
      NDArray parameters, NDArray gradient, NDArray squaredNorm, double learningRate, long update) {
    if (config.clipNorm() > 0) {
      GradientNorm.clip(gradient, squaredNorm, config.clipNorm());
    }
    Blocks.update(rule, parameters, moments, gradient, rates, learningRate, update);
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
