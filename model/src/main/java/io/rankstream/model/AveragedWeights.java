package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import io.rankstream.model.network.Weights;
import io.rankstream.model.optimize.MovingAverage;

/**
 * Moving averages of the parameters and of the statistics of a network, which serve in their place.
 * The statistics have to be averaged too: those of the newest weights do not fit averaged ones.
 */
final class AveragedWeights {

  private final FlatWeights newest;
  private final double decay;
  private final NDArray parameters;
  private final NDArray statistics;

  /**
   * Adds both buffers; the averages start at the newest weights.
   *
   * @param newest the weights that are averaged
   * @param decay weight of the past, above 0, below 1
   */
  AveragedWeights(FlatWeights newest, double decay, ModelBuffers buffers) {
    this.newest = newest;
    this.decay = decay;
    parameters = buffers.addCopy(ModelBuffers.AVERAGE, newest.parameters());
    statistics = buffers.addCopy(ModelBuffers.AVERAGE_STATISTICS, newest.statistics());
  }

  /** Starts again from the newest weights. */
  void start() {
    ModelBuffers.overwrite(parameters, newest.parameters());
    ModelBuffers.overwrite(statistics, newest.statistics());
  }

  /** Starts the averages again that copies, just restored, do not hold. */
  void startWithout(HostBuffers restored) {
    if (!restored.contains(ModelBuffers.AVERAGE)) {
      ModelBuffers.overwrite(parameters, newest.parameters());
    }
    if (!restored.contains(ModelBuffers.AVERAGE_STATISTICS)) {
      ModelBuffers.overwrite(statistics, newest.statistics());
    }
  }

  /**
   * Follows the newest weights after an update.
   *
   * @param stepsTaken steps of the model before this one
   */
  void follow(long stepsTaken) {
    double weightOfPast = MovingAverage.decayAfter(stepsTaken, decay);
    MovingAverage.follow(parameters, newest.parameters(), weightOfPast);
    MovingAverage.follow(statistics, newest.statistics(), weightOfPast);
  }

  /** Views of the averages. */
  Weights views() {
    return newest.viewsOf(parameters, statistics);
  }

  /** Copies of the averages under the names of what they stand for, to be closed by the caller. */
  HostBuffers copies() {
    HostBuffers copies = new HostBuffers();
    copies.addCopy(ModelBuffers.PARAMETERS, parameters);
    copies.addCopy(ModelBuffers.STATISTICS, statistics);
    return copies;
  }
}
