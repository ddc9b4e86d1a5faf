package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.RawRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * How far the corpus is read for the epochs that are open. Used in the task thread alone. {@link
 * SweepPhase} has the order of things.
 */
final class Sweep {

  private static final int BATCHES_AHEAD = 2;
  private static final long NO_BARRIER = Long.MAX_VALUE;

  private SweepPhase phase;
  private long barrier = NO_BARRIER; // first one behind what was told last
  private List<CorpusRange> ranges; // behind what was sent on
  private List<CorpusRange> readTo; // behind what was read
  private final Deque<CorpusBatch> waiting = new ArrayDeque<>();
  private Iterator<RawRecord> records = List.<RawRecord>of().iterator(); // of the first batch
  private boolean isAsking;
  private boolean isReading;
  private boolean isSending;
  private int attempt; // results of earlier ones are not wanted

  Sweep(SweepSnapshot restored) {
    phase = restored.phase();
    ranges = List.copyOf(restored.ranges());
    readTo = ranges;
  }

  SweepSnapshot snapshot() {
    return new SweepSnapshot(phase, new ArrayList<>(ranges));
  }

  SweepPhase phase() {
    return phase;
  }

  int attempt() {
    return attempt;
  }

  /** Epochs were opened, or their end was told, or nothing is to be read any more. */
  void enter(SweepPhase next) {
    phase = next;
    barrier = NO_BARRIER;
    ranges = List.of();
    readTo = ranges;
    waiting.clear();
    records = List.<RawRecord>of().iterator();
    isAsking = false;
    isReading = false;
    isSending = false;
    attempt++;
  }

  /** Begins to read. */
  void read(List<CorpusRange> all) {
    enter(SweepPhase.READING);
    ranges = List.copyOf(all);
    readTo = ranges;
  }

  /** A barrier follows. */
  void barrier(long checkpoint) {
    barrier = Math.min(barrier, checkpoint);
  }

  /** Whether what was told last came before the barrier of a checkpoint. */
  boolean isBefore(long checkpoint) {
    return barrier <= checkpoint;
  }

  /** What to read next; empty when nothing is to be read now. */
  List<CorpusRange> toRead() {
    boolean isDue =
        phase == SweepPhase.READING
            && !isReading
            && waiting.size() < BATCHES_AHEAD
            && !CorpusRange.areDone(readTo);
    isReading |= isDue;
    return isDue ? readTo : List.of();
  }

  /**
   * Notes that it is asked where the corpus ends.
   *
   * @return false when that was asked before
   */
  boolean startAsking() {
    boolean starts = !isAsking;
    isAsking = true;
    return starts;
  }

  /**
   * Notes that the next record is to be sent.
   *
   * @return false when that was to be done anyway
   */
  boolean startSending() {
    boolean starts = !isSending;
    isSending = true;
    return starts;
  }

  /** Notes that there is nothing to send now. */
  void stopSending() {
    isSending = false;
  }

  /** Takes what was read. */
  void add(CorpusBatch batch) {
    isReading = false;
    readTo = List.copyOf(batch.after());
    waiting.add(batch);
    if (waiting.size() == 1) {
      records = batch.records().iterator();
    }
  }

  /** Whether a record waits to be sent on; passes over what has no records. */
  boolean hasNext() {
    while (!waiting.isEmpty() && !records.hasNext()) {
      ranges = List.copyOf(waiting.remove().after());
      records =
          waiting.isEmpty() ? List.<RawRecord>of().iterator() : waiting.peek().records().iterator();
    }
    return !waiting.isEmpty();
  }

  /** The next record to send on. */
  RawRecord next() {
    RawRecord record = records.next();
    ranges =
        ranges.stream()
            .map(
                range ->
                    range.partition() == record.partition()
                        ? range.readTo(record.offset() + 1)
                        : range)
            .toList();
    return record;
  }

  /** Whether everything is sent on. */
  boolean isDone() {
    return phase == SweepPhase.READING && waiting.isEmpty() && CorpusRange.areDone(ranges);
  }

  /** What is read and what is not. */
  List<CorpusRange> ranges() {
    return ranges;
  }
}
