package io.rankstream.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which classes a model takes for which others, with images that show it. Not thread-safe. */
public final class Confusions {

  private static final int PAIRS = 8;
  private static final int PICTURES = 6;
  private static final int LIKENESSES = 3;

  private record Pair(String actual, String predicted) {}

  /**
   * A class that is taken for another.
   *
   * @param actual class of the images
   * @param predicted what the model took them for
   * @param confused number of such images
   * @param all images of the actual class that the model has classified
   * @param pictures indices of some of the confused images
   * @param likenesses indices of some images of the predicted class that the model knew
   */
  public record Row(
      String actual,
      String predicted,
      int confused,
      int all,
      List<Integer> pictures,
      List<Integer> likenesses) {}

  private final Map<Pair, List<Integer>> pairs = new HashMap<>();
  private final Map<String, Integer> totals = new HashMap<>();

  /**
   * Adds a classified image.
   *
   * @param predicted the prediction, or null while the model knew no class: it counts in the class,
   *     but as no confusion
   * @param index of the image in its data set
   */
  public void add(String actual, String predicted, int index) {
    totals.merge(actual, 1, Integer::sum);
    if (predicted != null) {
      pairs.computeIfAbsent(new Pair(actual, predicted), pair -> new ArrayList<>()).add(index);
    }
  }

  /** The most frequent confusions, the most frequent first; equal ones by name. */
  public List<Row> rows() {
    return pairs.keySet().stream()
        .filter(pair -> !pair.actual().equals(pair.predicted()))
        .sorted(
            Comparator.<Pair>comparingInt(pair -> -pairs.get(pair).size())
                .thenComparing(Pair::actual)
                .thenComparing(Pair::predicted))
        .limit(PAIRS)
        .map(this::row)
        .toList();
  }

  /** Images of a class that the model has classified. */
  public int all(String actual) {
    return totals.getOrDefault(actual, 0);
  }

  /** Indices of the images that rows show. */
  public static Set<Integer> shown(List<Row> rows) {
    Set<Integer> shown = new TreeSet<>();
    rows.forEach(row -> Stream.of(row.pictures(), row.likenesses()).forEach(shown::addAll));
    return shown;
  }

  private Row row(Pair pair) {
    return new Row(
        pair.actual(),
        pair.predicted(),
        pairs.get(pair).size(),
        all(pair.actual()),
        first(pair, PICTURES),
        first(new Pair(pair.predicted(), pair.predicted()), LIKENESSES));
  }

  private List<Integer> first(Pair pair, int most) {
    return pairs.getOrDefault(pair, List.of()).stream().sorted().limit(most).toList();
  }
}
