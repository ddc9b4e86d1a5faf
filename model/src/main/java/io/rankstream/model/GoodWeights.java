package io.rankstream.model;

import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.TrainingFailedException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** The last copy of a model's arrays that is known to be good, for a rollback. */
final class GoodWeights implements AutoCloseable {

  private final int keepEvery;
  private long step;
  private HostBuffers copy; // null before the first step is taken

  /**
   * @param keepEvery steps between two copies
   */
  GoodWeights(int keepEvery) {
    this.keepEvery = keepEvery;
  }

  /**
   * The good copy, as a snapshot holds it.
   *
   * @param step steps that the copied weights had taken
   * @param copy the arrays; null where the snapshot's own arrays serve, or there are none
   */
  record Saved(long step, HostBuffers copy) implements AutoCloseable {

    void writeTo(DataOutputStream out) throws IOException {
      out.writeLong(step);
      out.writeBoolean(copy != null);
      if (copy != null) {
        copy.writeTo(out);
      }
    }

    /** Reads exactly the bytes that {@link #writeTo} wrote. */
    static Saved read(DataInputStream in) throws IOException {
      long step = in.readLong();
      return new Saved(step, in.readBoolean() ? HostBuffers.read(in) : null);
    }

    @Override
    public void close() {
      if (copy != null) {
        copy.close();
      }
    }
  }

  /** Whether there is no copy yet, or one that is too old. */
  boolean isDue(long stepsTaken) {
    return copy == null || stepsTaken - step >= keepEvery;
  }

  /** Replaces the copy and closes the one before; the new one is closed with this. */
  void replace(long stepsTaken, HostBuffers newer) {
    close();
    step = stepsTaken;
    copy = newer;
  }

  /**
   * The arrays.
   *
   * @param fault what is wrong with the present weights
   * @throws TrainingFailedException when there are none
   */
  HostBuffers get(StepFault fault) {
    if (copy == null) {
      throw new TrainingFailedException(
          "The first steps of the model went wrong (%s): check the weights that it started from (model.weights) and the learning rate (optimizer.learning-rate)"
              .formatted(fault),
          fault);
    }

    return copy;
  }

  /**
   * The copy for a snapshot, to be closed by the caller. Without it, a model that is restored among
   * bad steps could not be rolled back; a healthy model can do without, which halves its snapshot.
   *
   * @param healthy whether the present weights may count as good
   */
  Saved saved(boolean healthy) {
    return new Saved(step, healthy || copy == null ? null : copy.shared());
  }

  /**
   * Goes on from the copy of a snapshot. Where it has none, its own arrays count as good, until the
   * next copy is due as it would have been without the restore.
   *
   * @param healthy whether they may count as good
   * @param present the snapshot's own arrays
   */
  void restore(Saved saved, boolean healthy, HostBuffers present) {
    if (saved.copy() != null) {
      replace(saved.step(), saved.copy().shared());
    } else if (healthy) {
      replace(saved.step(), present.shared());
    }
  }

  @Override
  public void close() {
    if (copy != null) {
      copy.close();
      copy = null;
    }
  }
}
