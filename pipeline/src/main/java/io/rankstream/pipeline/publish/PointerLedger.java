package io.rankstream.pipeline.publish;

import io.rankstream.pipeline.event.VersionPointer;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;

/**
 * What a checkpoint must know of the versions of a stream that the embedders were told of: the
 * newest one. Changed by the task thread alone.
 */
public final class PointerLedger {

  private VersionPointer told; // null before the first

  /** The newest version that the embedders were told of. */
  public Optional<VersionPointer> told() {
    return Optional.ofNullable(told);
  }

  void told(VersionPointer pointer) {
    told = pointer;
  }

  /** Writes the ledger for a checkpoint. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeBoolean(told != null);
    if (told != null) {
      out.writeUTF(told.stream());
      out.writeUTF(told.lineage());
      out.writeUTF(told.start());
      out.writeLong(told.version());
      out.writeUTF(told.file());
    }
  }

  /** Reads exactly the bytes of {@link #writeTo}. */
  public static PointerLedger read(DataInput in) throws IOException {
    PointerLedger ledger = new PointerLedger();
    if (in.readBoolean()) {
      ledger.told =
          new VersionPointer(in.readUTF(), in.readUTF(), in.readUTF(), in.readLong(), in.readUTF());
    }
    return ledger;
  }
}
