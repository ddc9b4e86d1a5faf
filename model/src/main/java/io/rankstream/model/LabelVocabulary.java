package io.rankstream.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The known classes of a model in order. A class keeps its row of the softmax head for ever. */
final class LabelVocabulary {

  private final int capacity;
  private final Map<String, Integer> rows = new LinkedHashMap<>();
  private final List<String> labels = new ArrayList<>();

  LabelVocabulary(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Rows of the labels of a batch, as they are after the batch is learnt.
   *
   * @param rows the row of each label
   * @param size number of known classes, the new ones included
   */
  record Preview(List<Integer> rows, int size) {}

  /**
   * The rows of labels; new labels are not learnt.
   *
   * @throws IllegalStateException when there are not enough rows left
   */
  Preview preview(List<String> batch) {
    Map<String, Integer> added = new LinkedHashMap<>();
    List<Integer> result = new ArrayList<>(batch.size());
    for (String label : batch) {
      Integer row = rows.get(label);
      result.add(
          row != null ? row : added.computeIfAbsent(label, name -> labels.size() + added.size()));
    }
    if (labels.size() + added.size() > capacity) {
      throw new IllegalStateException(
          "The model knows %d classes and has no room for %d more: raise its maximum of %d classes"
              .formatted(labels.size(), added.size(), capacity));
    }

    return new Preview(result, labels.size() + added.size());
  }

  /** New labels of a batch for which no row is left; the first new ones get the last rows. */
  Set<String> beyondCapacity(List<String> batch) {
    Set<String> added = new LinkedHashSet<>(batch);
    added.removeAll(rows.keySet());
    added.stream().limit((long) capacity - labels.size()).toList().forEach(added::remove);
    return added;
  }

  /**
   * Gives new labels the next rows.
   *
   * @throws IllegalStateException when there are not enough rows left; no label is learnt then
   */
  void learn(List<String> batch) {
    preview(batch); // throws before a row is taken
    for (String label : batch) {
      if (rows.putIfAbsent(label, labels.size()) == null) {
        labels.add(label);
      }
    }
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
