package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Applies gradients: accumulates, clips and updates the weights. */
public final class Optimization {

  private final OptimizerConfig config;
  private final UpdateRule rule;
  private final WeightDecay decay;
  private final NDList weights;
  private final List<NDList> moments;
  private final NDArray updates; // [1], updates of the rule so far; null where it needs no count
  private final NDList accumulated; // null where each gradient is applied at once
  private final NDList rates; // null where all parameters learn at the same rate

  /** Makes the vectors that an optimizer keeps between updates. */
  @FunctionalInterface
  public interface Buffers {

    /** A vector of zeros, {@code [values]}, with the given name. */
    NDArray zeros(String name, long values);
  }

  /**
   * Prepares updates. The vectors of the optimizer are made here, in a fixed order.
   *
   * @param network the network whose parameters are updated
   * @param parameters its flat buffer, {@code [n]}; written in place
   * @param segments the parts of the buffer that the gradient consists of
   * @param buffers makes long-lived vectors
   */
  public Optimization(
      OptimizerConfig config,
      TwoHeadNetwork network,
      NDArray parameters,
      List<Segment> segments,
      Buffers buffers) {
    this.config = config;
    rule =
        switch (config.rule()) {
          case SGD -> new MomentumSgd(config.momentum(), config.nesterov());
          case ADAMW -> new AdamW(config.momentum(), config.beta2());
        };
    decay = new WeightDecay(config, network, parameters);
    weights = blocks(segments, parameters);
    // The name of the rule is part of the name: moments of another rule mean something else.
    String ruleName = config.rule().name();
    int size = network.layout().parametersSize();
    moments =
        IntStream.range(0, rule.moments())
            .mapToObj(i -> buffers.zeros("%s-moment-%s".formatted(ruleName, i), size))
            .map(moment -> blocks(segments, moment))
            .toList();
    updates = rule.countsUpdates() ? buffers.zeros("%s-updates".formatted(ruleName), 1) : null;
    accumulated =
        config.accumulate() > 1 ? blocks(segments, buffers.zeros("accumulated", size)) : null;
    rates =
        isUniform(config)
            ? null
            : blocks(segments, rates(config, network, parameters.getManager()));
  }

  /**
   * Applies the gradient of a step.
   *
   * @param gradient changed in place; stays open
   * @param stepsTaken steps before this one
   */
  public void apply(Gradient gradient, double learningRate, long stepsTaken) {
    if (accumulated == null) {
      update(gradient.blocks(), gradient.squaredNorm(), learningRate);
      return;
    }

    for (int i = 0; i < accumulated.size(); i++) {
      accumulated.get(i).addi(gradient.blocks().get(i));
    }
    if ((stepsTaken + 1) % config.accumulate() == 0) {
      accumulated.forEach(block -> block.divi((float) config.accumulate()));
      try (NDArray squaredNorm = Blocks.squaredNorm(accumulated)) {
        update(accumulated, squaredNorm, learningRate);
      }
      clearAccumulated();
    }
  }

  private void update(NDList gradient, NDArray squaredNorm, double learningRate) {
    long update = updates == null ? 0 : countUpdate();
    if (config.clipNorm() > 0) {
      GradientNorm.clip(gradient, squaredNorm, config.clipNorm());
    }
    decay.apply(learningRate);
    for (int i = 0; i < weights.size(); i++) {
      int block = i;
      rule.update(
          weights.get(block),
          moments.stream().map(moment -> moment.get(block)).toList(),
          gradient.get(block),
          rates == null ? null : rates.get(block),
          learningRate,
          update);
    }
  }

  /**
   * The number of this update, from 1. It lies beside the moments, so that it is restored, rolled
   * back and started afresh with them. It stays exact up to 2^24; no bias is left by then.
   */
  private long countUpdate() {
    updates.addi(1);
    return (long) updates.toFloatArray()[0];
  }

  private void clearAccumulated() {
    for (NDArray block : accumulated) {
      try (NDArray zeros = block.zerosLike()) {
        block.set(new NDIndex(":"), zeros);
      }
    }
  }

  private static boolean isUniform(OptimizerConfig config) {
    return config.headsFactor() == 1 && config.frozen().isEmpty();
  }

  /** Learning rate of each parameter as a factor, {@code [n]}. */
  private static NDArray rates(OptimizerConfig config, TwoHeadNetwork network, NDManager manager) {
    float[] rates = new float[network.layout().parametersSize()];
    for (Slot slot : network.layout().parameters()) {
      double rate = config.rateOf(slot.name(), network.isOfHead(slot));
      int from = Math.toIntExact(slot.offset());
      Arrays.fill(rates, from, from + Math.toIntExact(slot.shape().size()), (float) rate);
    }

    return manager.create(rates);
  }

  private static NDList blocks(List<Segment> segments, NDArray flat) {
    return Blocks.of(Segment.cut(segments, flat));
  }
}
