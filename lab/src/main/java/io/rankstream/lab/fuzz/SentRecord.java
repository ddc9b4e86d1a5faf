package io.rankstream.lab.fuzz;

import io.rankstream.lab.audit.SentBytes;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The part of a record that the audit needs.
 *
 * @param attack what is wrong with it
 * @param bytes what must come back when it is refused
 */
record SentRecord(Attack attack, SentBytes bytes) {

  static SentRecord of(HostileRecord record) {
    return new SentRecord(
        record.attack(),
        SentBytes.of(record.key(), record.value(), new RecordHeaders(record.headers())));
  }
}
