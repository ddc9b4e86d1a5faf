package io.rankstream.pipeline.connect;

import org.apache.kafka.common.TopicPartition;

/**
 * An offset that a job wants to read on from, and that its partition does not have.
 *
 * @param wanted offset of the next record of the job
 * @param first first offset of the partition
 * @param end offset that the next record of the partition gets
 */
record MissingOffsets(TopicPartition partition, long wanted, long first, long end) {

  /** Whether the partition has the offset. */
  static boolean has(long wanted, long first, long end) {
    return first <= wanted && wanted <= end;
  }

  /** Offsets that cannot be read any more; markers of transactions have offsets too. */
  long count() {
    return Math.max(0, first - wanted);
  }

  @Override
  public String toString() {
    return wanted < first
        ? "partition %s begins at offset %s, and the job wants to read on at %s (%s are missing)"
            .formatted(partition.partition(), first, wanted, count())
        : "partition %s ends at offset %s, before %s, where the job wants to read on"
            .formatted(partition.partition(), end, wanted);
  }
}
