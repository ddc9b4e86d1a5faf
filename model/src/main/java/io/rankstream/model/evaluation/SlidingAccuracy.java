package io.rankstream.model.evaluation;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Test-then-train accuracy over the most recent results, which shows a change at once. */
final class SlidingAccuracy {

  private final int size;
  private final ArrayDeque<Result> results = new ArrayDeque<>();
  private final Map<String, Count> classes = new TreeMap<>();
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
  }

  void add(String label, boolean hit) {
    results.add(new Result(label, hit));
    Count count = classes.computeIfAbsent(label, name -> new Count());
    count.results++;
    count.hits += hit ? 1 : 0;
    hits += hit ? 1 : 0;
    if (results.size() > size) {
      forget(results.remove());
    }
  }

  private void forget(Result oldest) {
    Count count = classes.get(oldest.label());
    count.results--;
    count.hits -= oldest.hit() ? 1 : 0;
    hits -= oldest.hit() ? 1 : 0;
    if (count.results == 0) {
      classes.remove(oldest.label());
    }
  }

  OptionalDouble micro() {
    return results.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) hits / results.size());
  }

  OptionalDouble macro() {
    return classes.values().stream()
        .mapToDouble(count -> (double) count.hits / count.results)
        .average();
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
