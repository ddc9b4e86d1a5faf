package io.rankstream.model;

import io.rankstream.model.step.GuardConfig;
import io.rankstream.model.step.GuardMemory;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepGuard;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import java.util.Optional;

/** The state of a model behind its guard, which skips steps and rolls the model back. */
final class GuardedState implements AutoCloseable {

  private final TrainableState state;
  private final StepGuard guard;
  private final GoodWeights good;

  GuardedState(TrainableState state, GuardConfig config) {
    this.state = state;
    guard = new StepGuard(config);
    good = new GoodWeights(config.keepEvery());
  }

  /**
   * Updates the state by a prepared step, unless the guard objects.
   *
   * @param classes number of known classes, those of the batch included
   * @throws TrainingFailedException when the model was rolled back too often
   */
  StepReport take(PreparedStep prepared, int classes) {
    StepReport report = prepared.report();
    Optional<StepFault> objection = guard.objection(report);
    if (objection.isPresent()) {
      state.drop();
      return guard.skipped()
          ? rollBackAfter(report, objection.get())
          : report.skipped(objection.get());
    }

    long stepsTaken = report.step() - 1;
    if (good.isDue(stepsTaken) && guard.isHealthy()) {
      // The loss shows that the weights before the update are sound.
      good.replace(stepsTaken, state.copies());
    }
    state.update(prepared.pass(), report.learningRate(), stepsTaken, classes);
    return guard.taken(report) ? rollBackAfter(report, StepFault.COLLAPSED_EMBEDDINGS) : report;
  }

  /**
   * Rolls the state back to the last good copy.
   *
   * @param step number of the step that is rolled back
   * @throws TrainingFailedException when there is no copy, or the model was rolled back too often
   */
  void rollBack(long step, StepFault fault) {
    state.restore(good.get(fault));
    guard.rolledBack(step, fault);
  }

  /**
   * Copies of what replicas average, to be closed by the caller: of the present arrays, or of the
   * last good ones while the guard is in doubt of these.
   *
   * @param step steps so far, for a rollback where the present arrays are not finite
   * @throws TrainingFailedException when the model was rolled back too often
   */
  HostBuffers toAverage(long step) {
    if (!guard.isHealthy()) {
      GoodWeights.Saved saved = good.saved(false);
      if (saved.copy() != null) {
        return saved.copy();
      }
    }

    HostBuffers present = state.copiesToAverage();
    if (present.areFinite(ModelBuffers.AVERAGED_OVER_REPLICAS)) {
      return present;
    }
    present.close();
    rollBack(step, StepFault.NON_FINITE);
    return state.copiesToAverage();
  }

  /**
   * Takes over averages of replicas, which count as good.
   *
   * @param step steps of all replicas so far
   * @return {@linkplain TrainableState#distanceTo distance} to the averages before
   */
  double adopt(HostBuffers averages, long step) {
    double distance = state.distanceTo(averages);
    state.restore(averages);
    good.replace(step, state.copies());
    return distance;
  }

  /** Forgets the rollbacks and the bad steps so far. */
  void absolve() {
    guard.absolve();
  }

  GuardMemory memory() {
    return guard.memory();
  }

  /** The good copy for a snapshot, to be closed by the caller. */
  GoodWeights.Saved savedGood() {
    return good.saved(guard.isHealthy());
  }

  /**
   * Goes on from a snapshot.
   *
   * @param copies arrays of the right size
   */
  void restore(HostBuffers copies, GuardMemory memory, GoodWeights.Saved saved) {
    state.restore(copies);
    guard.restore(state.hasRankingLoss() ? memory : memory.withoutCollapse());
    good.restore(saved, guard.isHealthy(), copies);
  }

  @Override
  public void close() {
    good.close();
  }

  private StepReport rollBackAfter(StepReport report, StepFault fault) {
    rollBack(report.step(), fault);
    return report.rolledBack(fault);
  }
}
