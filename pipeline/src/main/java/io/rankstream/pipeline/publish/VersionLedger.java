package io.rankstream.pipeline.publish;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a checkpoint must know of a stream's versions: the last one that was written, and those that
 * are written but not announced. Changed by the task thread alone.
 *
 * <p>A version that is captured but not written is not in the ledger: after a failure the model is
 * captured anew.
 */
public final class VersionLedger {

  private final List<WrittenVersion> unannounced = new ArrayList<>();
  private long step;
  private long time;

  /**
   * The ledger of a new model.
   *
   * @param now wall-clock time in milliseconds, the start of the first interval
   */
  public VersionLedger(long now) {
    this.time = now;
  }

  /** Training steps of the last version that was written; 0 before the first. */
  public long step() {
    return step;
  }

  /** Wall-clock time in milliseconds at which the last version was captured. */
  public long time() {
    return time;
  }

  /** The written versions that are not announced. */
  List<WrittenVersion> unannounced() {
    return List.copyOf(unannounced);
  }

  void written(WrittenVersion written, long capturedAt) {
    unannounced.add(written);
    step = written.version().getModelVersion();
    time = capturedAt;
  }

  /** Takes out a version that was announced or lost. */
  void settled(WrittenVersion written) {
    unannounced.remove(written);
  }

  /** Writes the ledger for a checkpoint. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeLong(step);
    out.writeLong(time);
    out.writeInt(unannounced.size());
    for (WrittenVersion written : unannounced) {
      written.writeTo(out);
    }
  }

  /** Reads exactly the bytes of {@link #writeTo}. */
  public static VersionLedger read(DataInput in) throws IOException {
    long step = in.readLong();
    VersionLedger ledger = new VersionLedger(in.readLong());
    ledger.step = step;
    for (int count = in.readInt(); count > 0; count--) {
      ledger.unannounced.add(WrittenVersion.read(in));
    }
    return ledger;
  }
}
