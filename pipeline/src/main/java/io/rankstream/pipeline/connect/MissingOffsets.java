package io.rankstream.pipeline.connect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * An offset that a job wants to read on from, and that its partition does not have.
 *
 * @param wanted offset of the next record of the job
 * @param first first offset of the partition
 * @param end offset that the next record of the partition gets
 */
public record MissingOffsets(TopicPartition partition, long wanted, long first, long end) {

  /**
   * The partitions that do not have the offset that is wanted of them, in their order.
   *
   * @param firsts first offset of each partition
   * @param ends offset that the next record of each partition gets
   */
  public static List<MissingOffsets> of(
      Map<TopicPartition, Long> wanted,
      Map<TopicPartition, ListOffsetsResultInfo> firsts,
      Map<TopicPartition, ListOffsetsResultInfo> ends) {
    List<MissingOffsets> missing = new ArrayList<>();
    wanted.forEach(
        (partition, offset) -> {
          long first = firsts.get(partition).offset();
          long end = ends.get(partition).offset();
          if (!has(offset, first, end)) {
            missing.add(new MissingOffsets(partition, offset, first, end));
          }
        });
    missing.sort(Comparator.comparingInt(each -> each.partition().partition()));
    return missing;
  }

  /** Whether the partition has the offset. */
  private static boolean has(long wanted, long first, long end) {
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
