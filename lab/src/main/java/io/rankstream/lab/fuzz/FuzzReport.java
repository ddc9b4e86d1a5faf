package io.rankstream.lab.fuzz;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the records of the fuzzer went.
 *
 * @param attacks figures of each attack
 * @param reasons dead letters by reason code
 * @param brokerRefused records that Kafka itself did not take, which count as not sent
 * @param problems one sentence for each record that went wrong: lost, told twice, or altered
 */
public record FuzzReport(
    Map<Attack, Figures> attacks,
    Map<String, Long> reasons,
    long brokerRefused,
    List<String> problems) {

  /**
   * Counts of one attack.
   *
   * @param sent records in the input topic
   * @param accepted of them, with an embedding
   * @param refused of them, dead-lettered
   */
  public record Figures(long sent, long accepted, long refused) {

    Figures plus(Figures other) {
      return new Figures(sent + other.sent, accepted + other.accepted, refused + other.refused);
    }
  }

  /** Figures over all attacks. */
  public Figures total() {
    return attacks.values().stream().reduce(new Figures(0, 0, 0), Figures::plus);
  }

  /** Whether every record went where it belongs, once. */
  public boolean isClean() {
    Figures total = total();
    return problems.isEmpty() && total.sent() == total.accepted() + total.refused();
  }

  /** This report and another together. */
  public FuzzReport plus(FuzzReport other) {
    Map<Attack, Figures> both = new EnumMap<>(Attack.class);
    both.putAll(attacks);
    other.attacks.forEach((attack, figures) -> both.merge(attack, figures, Figures::plus));
    Map<String, Long> codes = new TreeMap<>(reasons);
    other.reasons.forEach((reason, count) -> codes.merge(reason, count, Long::sum));
    List<String> sentences = new ArrayList<>(problems);
    sentences.addAll(other.problems);
    return new FuzzReport(both, codes, brokerRefused + other.brokerRefused, sentences);
  }
}
