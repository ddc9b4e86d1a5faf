package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import java.util.ArrayList;
import java.util.List;

/**
 * Decoupled weight decay: before each update {@code w ← (1 − ηδ)·w}. It acts on the kernels of
 * convolutions and the matrices of linear layers alone. Biases and the scales and shifts of
 * BatchNorm do not decay: they hold no capacity to regularize, and pulling them to zero only
 * switches channels off.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019, Decoupled Weight
 *     Decay Regularization</a>
 */
final class WeightDecay {

  private record Decaying(NDArray values, double rate) {}

  private final double decay;
  private final List<Decaying> decaying = new ArrayList<>();

  /**
   * Keeps views of the arrays that decay; they belong to the manager of the parameters.
   *
   * @param config has the decay δ; frozen parameters do not decay, heads do by their factor
   * @param parameters the flat buffer, {@code [n]}; written in place by {@link #apply}
   */
  WeightDecay(OptimizerConfig config, TwoHeadNetwork network, NDArray parameters) {
    decay = config.weightDecay();
    if (decay == 0) {
      return;
    }

    List<Slot> slots = network.layout().parameters();
    // One segment for each array gives one view for each.
    NDList views =
        Segment.cut(slots.stream().map(slot -> new Segment(List.of(slot))).toList(), parameters);
    for (Slot slot : slots) {
      NDArray values = views.get(slot.index());
      double rate = config.rateOf(slot.name(), network.isOfHead(slot));
      if (slot.shape().dimension() > 1 && rate > 0) {
        decaying.add(new Decaying(values, rate));
      } else {
        values.close();
      }
    }
  }

  /**
   * Lets the weights decay by one update.
   *
   * @param learningRate η
   */
  void apply(double learningRate) {
    for (Decaying each : decaying) {
      each.values.muli((float) (1 - learningRate * each.rate * decay));
    }
  }
}
