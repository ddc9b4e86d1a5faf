package io.rankstream.pipeline.wire;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Writes records in Avro single-object encoding: {@link SingleObjectFrame}.
 *
 * @param <T> the record
 */
final class SingleObjectEncoding<T extends SpecificRecord> extends RecordEncoding<T> {

  static final String CONTENT_TYPE = "application/vnd.apache.avro+single-object";

  private static final long serialVersionUID = 1L;

  /**
   * @param type the generated class of the record
   */
  SingleObjectEncoding(Class<T> type) {
    super(type);
  }

  @Override
  String contentType() {
    return CONTENT_TYPE;
  }

  @Override
  byte[] header(Schema schema) {
    return SingleObjectFrame.header(schema);
  }
}
