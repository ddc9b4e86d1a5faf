package io.rankstream.pipeline.wire;

import java.nio.ByteBuffer;

/**
 * The five bytes in front of an Avro record in the format of Confluent's serializers: 00 and the id
 * of the writer's schema, big-endian.
 *
 * @see <a
 *     href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format">Confluent,
 *     wire format</a>
 */
final class ConfluentFrame {

  /** Bytes in front of the record. */
  static final int HEADER_BYTES = 1 + Integer.BYTES;

  private static final byte MAGIC = 0;

  private ConfluentFrame() {}

  /** Whether a value starts as a record in this format. */
  static boolean isIn(byte[] value) {
    return value.length >= HEADER_BYTES && value[0] == MAGIC;
  }

  /** The schema id in front of a record in this format. */
  static int schemaId(byte[] value) {
    return ByteBuffer.wrap(value).getInt(1);
  }

  /** The header of records whose schema has an id. */
  static byte[] header(int schemaId) {
    return ByteBuffer.allocate(HEADER_BYTES).put(MAGIC).putInt(schemaId).array();
  }
}
