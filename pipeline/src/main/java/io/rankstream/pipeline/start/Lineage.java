package io.rankstream.pipeline.start;

import io.rankstream.pipeline.event.LineageId;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;

/**
 * The timeline of one model, part of its state. A lineage begins when a model starts from nothing,
 * or from a state or a file that the job was told to take. It goes on through failovers: they
 * repeat steps, but nothing of the repeated ones was committed.
 *
 * @param id identifier, which sorts by its birth; see {@link LineageId}
 * @param parent lineage that this one began in; empty for a start from nothing
 * @param parentVersion step of the parent that this lineage began at
 * @param start {@linkplain JobStart#identity identity} of the start of the job that it began in
 */
public record Lineage(String id, String parent, long parentVersion, String start)
    implements Serializable {

  /**
   * A lineage that begins at the present start of the job. It is the same on all machines, so that
   * whoever holds the model knows its name.
   *
   * @param parent lineage of the state or file that the model starts from; empty for none
   * @param parentVersion its training steps; 0 for none
   */
  public static Lineage child(String parent, long parentVersion, JobStart start) {
    return new Lineage(
        LineageId.after(parent, start.birth()), parent, parentVersion, start.identity());
  }

  /**
   * The lineage of a model whose state was restored: this one after a failover, a child of it when
   * the job was started from that state.
   *
   * @param version training steps in the state
   * @param present the present start of the job
   */
  public Lineage restored(long version, JobStart present) {
    return start.equals(present.identity()) ? this : child(id, version, present);
  }

  /** Writes the lineage. */
  public void writeTo(DataOutput out) throws IOException {
    out.writeUTF(id);
    out.writeUTF(parent);
    out.writeLong(parentVersion);
    out.writeUTF(start);
  }

  /** Reads exactly the bytes of {@link #writeTo}. */
  public static Lineage read(DataInput in) throws IOException {
    return new Lineage(in.readUTF(), in.readUTF(), in.readLong(), in.readUTF());
  }
}
