package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.tools.watch.RecentPredictions.Count;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The confusion matrix of the last prequential predictions. Of many classes it has those that are
 * confused most, and one row and one column for all others together.
 */
final class LiveConfusion {

  private static final int MOST_ROWS = 12; // with their numbers they have room on a phone
  private static final int SHOWN_PAIRS = 8;

  private final List<Count> counts;
  private final Map<String, Integer> images = new TreeMap<>(); // of each class

  /**
   * @param counts the predictions, the largest count first
   */
  LiveConfusion(List<Count> counts) {
    this.counts = counts;
    for (Count count : counts) {
      images.merge(count.label(), count.images(), Integer::sum);
      if (count.predicted() != null) {
        images.putIfAbsent(count.predicted(), 0);
      }
    }
  }

  /**
   * Writes the number of {@code predictions}, of those that are {@code correct} and of those that
   * are {@code unknown} (the model knew no class), the number of {@code classes}, the {@code rows}
   * with their counts in the order of the rows, and the most frequent confusions as {@code pairs}.
   * Rows are in the order of their names; a last one without a name stands for the {@code others}.
   */
  void writeTo(ObjectNode node) {
    List<String> shown = shown();
    int others = images.size() - shown.size();
    node.put("predictions", sum(each -> true))
        .put("window", RecentPredictions.WINDOW)
        .put("correct", sum(each -> each.label().equals(each.predicted())))
        .put("unknown", sum(each -> each.predicted() == null))
        .put("classes", images.size())
        .put("others", others);
    writeRows(node.putArray("rows"), shown, others > 0);
    writePairs(node.putArray("pairs"));
  }

  /** The classes of the matrix by name: all, or those of the most frequent confusions. */
  private List<String> shown() {
    if (images.size() <= MOST_ROWS) {
      return List.copyOf(images.keySet());
    }

    Set<String> chosen = new TreeSet<>();
    counts.stream()
        .filter(Count::isConfusion)
        .forEach(count -> choose(chosen, count.label(), count.predicted()));
    counts.forEach(count -> choose(chosen, count.label())); // without confusions, frequent ones
    return List.copyOf(chosen);
  }

  /** Adds names when all of them have room beside the row of the others. */
  private static void choose(Set<String> chosen, String... names) {
    Set<String> more = new TreeSet<>(List.of(names));
    more.removeAll(chosen);
    if (chosen.size() + more.size() < MOST_ROWS) {
      chosen.addAll(more);
    }
  }

  private void writeRows(ArrayNode rows, List<String> shown, boolean withOthers) {
    int size = shown.size() + (withOthers ? 1 : 0);
    int[][] cells = new int[size][size];
    for (Count count : counts) {
      if (count.predicted() != null) {
        cells[place(shown, count.label())][place(shown, count.predicted())] += count.images();
      }
    }
    int rest = sum(each -> true);
    for (int row = 0; row < size; row++) {
      String name = row < shown.size() ? shown.get(row) : null;
      int all = name == null ? rest : images.get(name);
      rest -= all;
      ArrayNode predicted =
          rows.addObject().put("name", name).put("all", all).putArray("predicted");
      for (int cell : cells[row]) {
        predicted.add(cell);
      }
    }
  }

  /** Row and column of a class: its own, or the last one, of the others. */
  private static int place(List<String> shown, String name) {
    int place = Collections.binarySearch(shown, name);
    return place < 0 ? shown.size() : place;
  }

  private void writePairs(ArrayNode pairs) {
    counts.stream()
        .filter(Count::isConfusion)
        .limit(SHOWN_PAIRS)
        .forEach(
            count ->
                pairs
                    .addObject()
                    .put("label", count.label())
                    .put("predicted", count.predicted())
                    .put("images", count.images())
                    .put("all", images.get(count.label())));
  }

  private int sum(Predicate<Count> which) {
    return counts.stream().filter(which).mapToInt(Count::images).sum();
  }
}
