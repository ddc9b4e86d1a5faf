package io.rankstream.pipeline.publish;

import io.rankstream.model.Provenance;
import io.rankstream.schemas.ModelVersion;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A pointer to a file of weights that is complete but has its temporary name.
 *
 * @param version the announcement, with the URI that the file is renamed to
 * @param part URI of the file
 */
public record WrittenVersion(ModelVersion version, String part) {

  /** Where the version comes from. */
  Provenance origin() {
    return new Provenance(
        version.getStream(), version.getSpaceId(), version.getLineage(), version.getModelVersion());
  }

  /** Name of the file in its directory. */
  String partName() {
    return part.substring(part.lastIndexOf('/') + 1);
  }

  void writeTo(DataOutput out) throws IOException {
    ByteBuffer bytes = version.toByteBuffer();
    byte[] array = new byte[bytes.remaining()];
    bytes.get(array);
    out.writeInt(array.length);
    out.write(array);
    out.writeUTF(part);
  }

  /** Reads exactly the bytes of {@link #writeTo}. */
  static WrittenVersion read(DataInput in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new WrittenVersion(ModelVersion.fromByteBuffer(ByteBuffer.wrap(bytes)), in.readUTF());
  }
}
