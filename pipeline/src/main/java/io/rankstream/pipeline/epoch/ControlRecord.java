package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.schemas.EpochRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.avro.AvroRuntimeException;

/** A record of the control topic. */
final class ControlRecord {

  private ControlRecord() {}

  /** The request in a record; empty when it is none. */
  static Optional<EpochRequest> read(RawRecord record) {
    if (record.value() == null) {
      return Optional.empty();
    }

    try {
      return Optional.of(EpochRequest.fromByteBuffer(ByteBuffer.wrap(record.value())));
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      return Optional.empty(); // Avro throws all kinds of them on damaged bytes
    }
  }
}
