package io.rankstream.model;

import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.TrainingFailedException;

/** The last snapshot of a model whose weights are known to be good, for a rollback. */
final class GoodWeights implements AutoCloseable {

  private final int keepEvery;
  private ModelSnapshot snapshot; // null before the first step is taken

  /**
   * @param keepEvery steps between two snapshots
   */
  GoodWeights(int keepEvery) {
    this.keepEvery = keepEvery;
  }

  /** Whether there is no snapshot yet, or one that is too old. */
  boolean isDue(long step) {
    return snapshot == null || step - snapshot.step() >= keepEvery;
  }

  /** Replaces the snapshot and closes the one before; the new one is closed with this. */
  void replace(ModelSnapshot newer) {
    close();
    snapshot = newer;
  }

  /**
   * The snapshot.
   *
   * @param fault what is wrong with the present weights
   * @throws TrainingFailedException when there is none
   */
  ModelSnapshot get(StepFault fault) {
    if (snapshot == null) {
      throw new TrainingFailedException(
          "The first steps of the model went wrong (%s): check the weights that it started from (model.weights) and the learning rate (optimizer.learning-rate)"
              .formatted(fault));
    }

    return snapshot;
  }

  @Override
  public void close() {
    if (snapshot != null) {
      snapshot.close();
    }
  }
}
