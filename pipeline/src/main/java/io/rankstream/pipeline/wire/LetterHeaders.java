package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.schemas.DeadLetter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers of a dead letter: the reason, and those by which tools for the dead letters of Kafka
 * Connect find the original record and the error. A record that was sent again has its count here
 * too.
 */
final class LetterHeaders {

  private static final String CONNECT = "__connect.errors.";

  private LetterHeaders() {}

  static Headers of(DeadLetter letter) {
    Headers headers =
        new RecordHeaders()
            .add("reason", utf8(letter.getReason()))
            .add(CONNECT + "topic", utf8(letter.getSourceTopic()))
            .add(CONNECT + "partition", utf8(Integer.toString(letter.getSourcePartition())))
            .add(CONNECT + "offset", utf8(Long.toString(letter.getSourceOffset())))
            .add(CONNECT + "exception.class.name", utf8(RejectedException.class.getName()))
            .add(CONNECT + "exception.message", utf8(letter.getDetail()));
    int redriven = RedrivenCount.of(letter);
    return redriven == 0
        ? headers
        : headers.add(RedrivenCount.HEADER, RedrivenCount.bytes(redriven));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
