package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.message.RawMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writes the value of a Kafka record: a header that identifies the schema, then the record in
 * Avro's binary encoding. The wire formats differ in the header alone.
 *
 * @param <T> the record
 */
abstract sealed class RecordEncoding<T extends SpecificRecord> implements Serializable
    permits SingleObjectEncoding, ConfluentEncoding {

  private static final long serialVersionUID = 1L;

  private final Class<T> type;

  private transient byte[] header;
  private transient RawMessageEncoder<T> encoder;

  /**
   * @param type the generated class of the record
   */
  RecordEncoding(Class<T> type) {
    this.type = type;
  }

  /** The encoding that {@code output.wire-format} asks for. */
  static <T extends SpecificRecord> RecordEncoding<T> of(
      JobConfig config, String topic, Class<T> type) {
    return switch (config.output().wireFormat()) {
      case SINGLE_OBJECT -> new SingleObjectEncoding<>(type);
      case CONFLUENT -> new ConfluentEncoding<>(config.registry(), topic, type);
    };
  }

  /** The value of the header {@code content-type} of such records. */
  abstract String contentType();

  /** The bytes in front of each record with this schema. */
  abstract byte[] header(Schema schema);

  /**
   * Makes the encoding ready; called once before the first record.
   *
   * @throws RegistryException when the schema has to be registered and cannot be
   */
  final void open() {
    Schema schema = SpecificData.get().getSchema(type);
    header = header(schema);
    encoder = new RawMessageEncoder<>(SpecificData.getForClass(type), schema);
  }

  final byte[] encode(T record) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(header);
    try {
      encoder.encode(record, value);
    } catch (IOException e) {
      throw new UncheckedIOException("A %s cannot be encoded".formatted(type.getSimpleName()), e);
    }
    return value.toByteArray();
  }

  final Class<T> type() {
    return type;
  }
}
