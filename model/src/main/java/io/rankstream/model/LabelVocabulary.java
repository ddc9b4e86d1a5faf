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
   * Where labels have or would get their rows.
   *
   * @param rows a row for each label
   * @param size classes known with the labels that are new
   */
  record Preview(List<Integer> rows, int size) {}

  /**
   * The rows of labels, without learning those that are new.
   *
   * @throws IllegalStateException when there are not enough rows left
   */
  Preview preview(List<String> batch) {
    Map<String, Integer> news = new LinkedHashMap<>();
    List<Integer> result = new ArrayList<>(batch.size());
    for (String label : batch) {
      Integer row = rows.get(label);
      result.add(
          row != null ? row : news.computeIfAbsent(label, name -> labels.size() + news.size()));
    }
    if (labels.size() + news.size() > capacity) {
      throw new IllegalStateException(
          "The model knows %d classes and has no room for %d more: raise its maximum of %d classes"
              .formatted(labels.size(), news.size(), capacity));
    }

    return new Preview(result, labels.size() + news.size());
  }

  /** Gives the labels that are new the next rows. */
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
