package io.rankstream.pipeline.epoch;

import java.util.List;

/**
 * Records of a partition.
 *
 * @param partition number of the partition
 * @param first offset of its first record when the range was made
 * @param next offset that is read next
 * @param end offset behind the last record
 */
public record CorpusRange(int partition, long first, long next, long end) {

  /** Whether everything is read. */
  public boolean isDone() {
    return next >= end;
  }

  /** The same range, read up to an offset. */
  public CorpusRange readTo(long offset) {
    return new CorpusRange(partition, first, Math.max(next, offset), end);
  }

  /** Whether everything of all ranges is read. */
  static boolean areDone(List<CorpusRange> ranges) {
    return ranges.stream().allMatch(CorpusRange::isDone);
  }

  /** Offsets that are read. */
  long read() {
    return Math.min(next, end) - first;
  }

  /** All offsets. */
  long size() {
    return end - first;
  }
}
