package io.rankstream.pipeline.window;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses the P classes of a batch: those trained longest ago, so that a class with 0.1 % of the
 * traffic is trained as often as the others. A few places are filled first from the classes with
 * fresh images, so that news is not crowded out where thousands of silent classes wait for their
 * replay.
 */
final class ClassChooser {

  private static final Comparator<Map.Entry<String, ClassLedger>> LONGEST_AGO_FIRST =
      Comparator.<Map.Entry<String, ClassLedger>>comparingLong(
              entry -> entry.getValue().lastTrained())
          .thenComparingInt(entry -> entry.getValue().ordinal());

  private final int classes;
  private final int freshClasses;

  /**
   * @param classes P, the most classes to choose
   * @param freshClasses of them, how many are first chosen among those with fresh images
   */
  ClassChooser(int classes, int freshClasses) {
    this.classes = classes;
    this.freshClasses = freshClasses;
  }

  /**
   * @param candidates the classes that the batch may take
   * @return at most P of them, the one trained longest ago first; fewer when there are not enough
   *     candidates
   */
  List<String> choose(List<Map.Entry<String, ClassLedger>> candidates) {
    List<Map.Entry<String, ClassLedger>> waiting = new ArrayList<>(candidates);
    waiting.sort(LONGEST_AGO_FIRST);

    Set<String> chosen = new HashSet<>();
    waiting.stream()
        .filter(entry -> entry.getValue().fresh() > 0)
        .limit(freshClasses)
        .forEach(entry -> chosen.add(entry.getKey()));
    for (Map.Entry<String, ClassLedger> entry : waiting) {
      if (chosen.size() == classes) {
        break;
      }

      chosen.add(entry.getKey());
    }

    return waiting.stream().map(Map.Entry::getKey).filter(chosen::contains).toList();
  }
}
