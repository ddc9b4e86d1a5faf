package io.rankstream.pipeline.event;

import java.util.Arrays;
import java.util.Map;

/**
 * A record of the input topic that is read again, since epochs opened.
 *
 * @param record the record
 * @param epochs number of the open epoch by stream
 */
public record SweptRecord(RawRecord record, Map<String, Long> epochs) {

  /**
   * Equal for records of one key, which must not overtake each other; without a key, of a
   * partition.
   */
  public int route() {
    return record.key() == null ? record.partition() : Arrays.hashCode(record.key());
  }
}
