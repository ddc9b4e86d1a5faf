package io.rankstream.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The classes that a model has met, in order; a class keeps its row of the softmax head for ever.
 */
final class LabelVocabulary {

  private final int capacity;
  private final Map<String, Integer> rows = new LinkedHashMap<>();
  private final List<String> labels = new ArrayList<>();

  LabelVocabulary(int capacity) {
    this.capacity = capacity;
  }

  /**
   * The rows of labels; labels that are new get the next rows.
   *
   * @throws IllegalStateException when there are not enough rows left; then none is taken
   */
  long[] learn(List<String> batch) {
    long news = batch.stream().filter(label -> !rows.containsKey(label)).distinct().count();
    if (labels.size() + news > capacity) {
      throw new IllegalStateException(
          "The model knows %d classes and has no room for %d more: raise its maximum of %d classes"
              .formatted(labels.size(), news, capacity));
    }

    long[] result = new long[batch.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = learn(batch.get(i));
    }

    return result;
  }

  private int learn(String label) {
    Integer row = rows.get(label);
    if (row != null) {
      return row;
    }
    rows.put(label, labels.size());
    labels.add(label);
    return labels.size() - 1;
  }

  int size() {
    return labels.size();
  }

  String label(long row) {
    return labels.get(Math.toIntExact(row));
  }

  List<String> labels() {
    return List.copyOf(labels);
  }
}
