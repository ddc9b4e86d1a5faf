package io.rankstream.lab.fuzz;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The result of fuzzing a job.
 *
 * @param attacks counts of each attack
 * @param reasons dead letters by reason code
 * @param brokerRefused records that Kafka itself did not take; they do not count as sent
 * @param problems one sentence for each record that was lost, came out twice or came back altered
 */
public record FuzzReport(
    Map<Attack, AttackCounts> attacks,
    Map<String, Long> reasons,
    long brokerRefused,
    List<String> problems) {

  /** A report on no records. */
  public static FuzzReport empty() {
    return new FuzzReport(Map.of(), Map.of(), 0, List.of());
  }

  /** Counts over all attacks. */
  public AttackCounts total() {
    return attacks.values().stream().reduce(AttackCounts.NONE, AttackCounts::plus);
  }

  /** Whether every record was accepted or refused, once and unaltered. */
  public boolean isClean() {
    AttackCounts total = total();
    return problems.isEmpty() && total.sent() == total.accepted() + total.refused();
  }

  /** This report and another together. */
  public FuzzReport plus(FuzzReport other) {
    Map<Attack, AttackCounts> both = new EnumMap<>(Attack.class);
    both.putAll(attacks);
    other.attacks.forEach((attack, counts) -> both.merge(attack, counts, AttackCounts::plus));
    Map<String, Long> codes = new TreeMap<>(reasons);
    other.reasons.forEach((reason, count) -> codes.merge(reason, count, Long::sum));
    List<String> sentences = new ArrayList<>(problems);
    sentences.addAll(other.problems);
    return new FuzzReport(both, codes, brokerRefused + other.brokerRefused, sentences);
  }
}
