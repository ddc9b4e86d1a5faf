package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import io.rankstream.model.network.ParameterLayout;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import java.util.List;

/**
 * The parameters and the running statistics of a network that learns, each in one flat buffer. A
 * pass in training mode moves working copies of the statistics; they are kept when its step is
 * taken and dropped otherwise.
 */
final class FlatWeights {

  private final TwoHeadNetwork network;
  private final NDArray parameters;
  private final NDArray statistics;
  private final NDArray workingStatistics;
  private final List<NDArray> statisticsViews;
  private final Weights views;

  /**
   * Adds both buffers with their initial values.
   *
   * @param seed seed of the initial parameters
   */
  FlatWeights(TwoHeadNetwork network, long seed, ModelBuffers buffers) {
    this.network = network;
    ParameterLayout layout = network.layout();
    parameters = buffers.add(ModelBuffers.PARAMETERS, layout.initialParameters(seed));
    statistics = buffers.add(ModelBuffers.STATISTICS, layout.initialStatistics());
    workingStatistics = statistics.duplicate();
    statisticsViews = Weights.statistics(layout, workingStatistics);
    views = new Weights(layout, parameters, statisticsViews);
  }

  /** The flat buffer of the parameters, {@code [n]}. */
  NDArray parameters() {
    return parameters;
  }

  /** The flat buffer of the statistics after the last step taken, {@code [m]}. */
  NDArray statistics() {
    return statistics;
  }

  /** Views of the statistics that a pass uses and moves. */
  List<NDArray> statisticsViews() {
    return statisticsViews;
  }

  /** Views of the parameters and of the statistics. */
  Weights views() {
    return views;
  }

  /** Views of other parameters and statistics of the same network. */
  Weights viewsOf(NDArray otherParameters, NDArray otherStatistics) {
    ParameterLayout layout = network.layout();
    return new Weights(layout, otherParameters, Weights.statistics(layout, otherStatistics));
  }

  /** Copies of the parameters and of the statistics, to be closed by the caller. */
  HostBuffers copies() {
    HostBuffers copies = new HostBuffers();
    copies.addCopy(ModelBuffers.PARAMETERS, parameters);
    copies.addCopy(ModelBuffers.STATISTICS, statistics);
    return copies;
  }

  /** Copies the arrays that a file holds; the others keep their values. */
  void copyFrom(ModelFile file) {
    file.copyInto(network, parameters, statistics);
    dropWorkingStatistics();
  }

  /** Keeps the statistics as the last pass in training mode moved them. */
  void keepWorkingStatistics() {
    ModelBuffers.overwrite(statistics, workingStatistics);
  }

  /** Goes back to the statistics after the last step taken. */
  void dropWorkingStatistics() {
    ModelBuffers.overwrite(workingStatistics, statistics);
  }
}
