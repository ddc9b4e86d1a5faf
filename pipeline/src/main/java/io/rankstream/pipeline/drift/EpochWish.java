package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.event.OperatorNames;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** Asks for an epoch as a user does, with a record of the control topic that no topic holds. */
final class EpochWish {

  private EpochWish() {}

  static RawRecord of(String stream, long version, Instant now) throws IOException {
    EpochRequest request = new EpochRequest(stream, EpochAction.OPEN, now);
    return new RawRecord(
        OperatorNames.MEASURE_DRIFT,
        0,
        version,
        now.toEpochMilli(),
        stream.getBytes(StandardCharsets.UTF_8),
        request.toByteBuffer().array(),
        List.of());
  }
}
