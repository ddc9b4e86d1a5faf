package io.rankstream.pipeline.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * The ten bytes in front of an Avro record in single-object encoding: C3 01 and the fingerprint of
 * the writer's schema, little-endian.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding">Avro,
 *     single-object encoding</a>
 */
final class SingleObjectFrame {

  /** Bytes in front of the record. */
  static final int HEADER_BYTES = Short.BYTES + Long.BYTES;

  private static final short MARKER = (short) 0xC301;

  private SingleObjectFrame() {}

  /** Whether a value starts as a record in this format. */
  static boolean isIn(byte[] value) {
    return value.length >= HEADER_BYTES && ByteBuffer.wrap(value).getShort() == MARKER;
  }

  /** The schema fingerprint in front of a record in this format. */
  static long fingerprint(byte[] value) {
    return ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(Short.BYTES);
  }

  /** The header of records with a schema. */
  static byte[] header(Schema schema) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .putShort(MARKER)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(SchemaNormalization.parsingFingerprint64(schema))
        .array();
  }
}
