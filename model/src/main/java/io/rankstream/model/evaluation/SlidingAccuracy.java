package io.rankstream.model.evaluation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Test-then-train accuracy over the most recent results, which shows a change at once. */
final class SlidingAccuracy {

  private final int size;
  private final ArrayDeque<Result> results = new ArrayDeque<>();
  private final Map<String, Count> classes = new HashMap<>();
  private final RecallSum recalls = new RecallSum();
  private int hits;

  /**
   * @param size number of results that count
   */
  SlidingAccuracy(int size) {
    this.size = size;
  }

  private record Result(String label, boolean hit) {}

  /** Results and hits of a class among those that count. */
  private static final class Count {
    int results;
    int hits;

    double recall() {
      return (double) hits / results;
    }
  }

  void add(String label, boolean hit) {
    results.add(new Result(label, hit));
    count(label, 1, hit ? 1 : 0);
    if (results.size() > size) {
      Result oldest = results.remove();
      count(oldest.label(), -1, oldest.hit() ? -1 : 0);
    }
  }

  private void count(String label, int moreResults, int moreHits) {
    Count count = classes.computeIfAbsent(label, name -> new Count());
    if (count.results > 0) {
      recalls.subtract(count.recall());
    }
    count.results += moreResults;
    count.hits += moreHits;
    hits += moreHits;
    if (count.results > 0) {
      recalls.add(count.recall());
    } else {
      classes.remove(label);
    }
  }

  OptionalDouble micro() {
    return results.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) hits / results.size());
  }

  OptionalDouble macro() {
    return recalls.mean();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(results.size());
    for (Result result : results) {
      out.writeUTF(result.label());
      out.writeBoolean(result.hit());
    }
  }

  void readFrom(DataInput in) throws IOException {
    for (int count = in.readInt(); count > 0; count--) {
      String label = in.readUTF();
      add(label, in.readBoolean());
    }
  }
}
