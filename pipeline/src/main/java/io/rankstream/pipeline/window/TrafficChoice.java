package io.rankstream.pipeline.window;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Chooses classes in proportion to a power of their traffic, {@code share ∝ traffic^γ}; a class may
 * be chosen several times. The traffic of a class is the number of its images so far.
 *
 * <p>It is systematic sampling: the classes lie side by side on a line, each as long as its share,
 * and marks at equal distances choose. So a class with a share of 0.3 gets two or three of eight
 * places, never seven. For each batch the classes lie in another order and the marks at another
 * place, so that each class meets all others. A choice looks at every class.
 *
 * @see <a href="https://arxiv.org/abs/1805.00932">Mahajan et al. 2018, Exploring the Limits of
 *     Weakly Supervised Pretraining, for the square root</a>
 */
final class TrafficChoice {

  private record Candidate(String label, long traffic) {}

  private record Share(String label, double length) {}

  private final NavigableMap<Integer, Candidate> ready = new TreeMap<>(); // by ordinal

  /** Takes note of a change of a ledger; null for a class that is not there. */
  void update(String label, ClassLedger before, ClassLedger after) {
    boolean wasIn = before != null && before.isReady();
    boolean isIn = after != null && after.isReady();
    if (isIn && !(wasIn && before.nextFresh() == after.nextFresh())) {
      ready.put(after.ordinal(), new Candidate(label, after.nextFresh()));
    } else if (wasIn && !isIn) {
      ready.remove(before.ordinal());
    }
  }

  /**
   * The classes for the places of a batch, all places of a class behind each other.
   *
   * @param exponent γ, above 0, at most 1
   * @param places places to fill
   * @param random numbers of this batch alone
   */
  List<String> choose(double exponent, int places, SplittableRandom random) {
    List<Share> line = new ArrayList<>(ready.size());
    ready
        .values()
        .forEach(
            each -> line.add(new Share(each.label, Math.pow((double) each.traffic, exponent))));
    double distance = line.stream().mapToDouble(Share::length).sum() / places;
    double mark = distance * random.nextDouble();
    Collections.shuffle(line, new Random(random.nextLong()));
    double end = 0;
    List<String> chosen = new ArrayList<>(places);
    for (Share share : line) {
      end += share.length;
      while (mark < end && chosen.size() < places) {
        chosen.add(share.label);
        mark += distance;
      }
    }

    return chosen;
  }
}
