package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.RawRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A corpus in memory with a partition or more.
 *
 * @param topic its name, under which its records are found
 */
record MemoryCorpus(String topic) implements Corpus {

  private static final int BATCH = 3;
  private static final Map<String, List<RawRecord>> TOPICS = new ConcurrentHashMap<>();
  private static final Map<String, Integer> OUTAGES = new ConcurrentHashMap<>();
  private static final Set<String> NOT_TAKEN = ConcurrentHashMap.newKeySet();

  /** A corpus with records, those of a partition in their order. */
  static MemoryCorpus of(String topic, List<RawRecord> records) {
    TOPICS.put(topic, List.copyOf(records));
    return new MemoryCorpus(topic);
  }

  /** Lets the next attempts to read fail. */
  void fail(int attempts) {
    OUTAGES.put(topic, attempts);
  }

  /** Says whether the job has taken the records; from the beginning, it has. */
  void isTaken(boolean isTaken) {
    if (isTaken) {
      NOT_TAKEN.remove(topic);
    } else {
      NOT_TAKEN.add(topic);
    }
  }

  @Override
  public CorpusReader open() {
    return new Reader(topic);
  }

  private record Reader(String topic) implements CorpusReader {

    @Override
    public List<CorpusRange> ranges() throws IOException {
      throwInOutage();
      List<CorpusRange> ranges = new ArrayList<>();
      TOPICS.get(topic).stream()
          .map(RawRecord::partition)
          .distinct()
          .sorted()
          .forEach(
              partition -> {
                long[] offsets =
                    TOPICS.get(topic).stream()
                        .filter(record -> record.partition() == partition)
                        .mapToLong(RawRecord::offset)
                        .toArray();
                ranges.add(
                    new CorpusRange(
                        partition, offsets[0], offsets[0], offsets[offsets.length - 1] + 1));
              });
      return ranges;
    }

    @Override
    public boolean isTaken(List<CorpusRange> ranges) throws IOException {
      throwInOutage();
      return !NOT_TAKEN.contains(topic);
    }

    @Override
    public CorpusBatch read(List<CorpusRange> ranges) throws IOException {
      throwInOutage();
      List<CorpusRange> after = new ArrayList<>(ranges);
      List<RawRecord> records = new ArrayList<>();
      for (RawRecord record : TOPICS.get(topic)) {
        for (int i = 0; i < after.size(); i++) {
          CorpusRange range = after.get(i);
          if (records.size() < BATCH
              && range.partition() == record.partition()
              && record.offset() >= range.next()
              && record.offset() < range.end()) {
            records.add(record);
            after.set(i, range.readTo(record.offset() + 1));
          }
        }
      }
      return new CorpusBatch(records, after);
    }

    @Override
    public void close() {}

    private void throwInOutage() throws IOException {
      int left = OUTAGES.getOrDefault(topic, 0);
      OUTAGES.put(topic, Math.max(0, left - 1));
      if (left > 0) {
        throw new IOException("away");
      }
    }
  }
}
