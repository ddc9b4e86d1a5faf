package io.rankstream.model.step;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The state of a {@link StepGuard}, for a snapshot.
 *
 * @param steps steps taken
 * @param meanNorm running mean of the gradient norms
 * @param hasSpread whether the embeddings were apart at some time
 * @param skippedInARow steps skipped since the last one that was taken
 * @param collapsedInARow steps with collapsed embeddings since the last one without
 * @param rollbacks steps of the recent rollbacks, oldest first
 */
public record GuardMemory(
    long steps,
    double meanNorm,
    boolean hasSpread,
    int skippedInARow,
    int collapsedInARow,
    List<Long> rollbacks) {

  public GuardMemory {
    rollbacks = List.copyOf(rollbacks);
  }

  /** The state without doubts about the embeddings, which no step without a ranking loss ends. */
  public GuardMemory withoutCollapse() {
    return new GuardMemory(steps, meanNorm, hasSpread, skippedInARow, 0, rollbacks);
  }

  /** Writes the state in the form that {@link #read} reads. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeLong(steps);
    out.writeDouble(meanNorm);
    out.writeBoolean(hasSpread);
    out.writeInt(skippedInARow);
    out.writeInt(collapsedInARow);
    out.writeInt(rollbacks.size());
    for (long step : rollbacks) {
      out.writeLong(step);
    }
  }

  /** Reads exactly the bytes that {@link #writeTo} wrote. */
  public static GuardMemory read(DataInput in) throws IOException {
    long steps = in.readLong();
    double meanNorm = in.readDouble();
    boolean hasSpread = in.readBoolean();
    int skippedInARow = in.readInt();
    int collapsedInARow = in.readInt();
    List<Long> rollbacks = new ArrayList<>();
    for (int count = in.readInt(); count > 0; count--) {
      rollbacks.add(in.readLong());
    }

    return new GuardMemory(steps, meanNorm, hasSpread, skippedInARow, collapsedInARow, rollbacks);
  }
}
