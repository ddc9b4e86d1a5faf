package io.rankstream.pipeline.metrics;

import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Counts the dead letters of an operator as {@code numDeadLetters}, with the reason as a label. All
 * reasons are there from the start, so that the first letter of a kind shows as an increase.
 */
public final class DeadLetterCounters {

  private final Map<String, Counter> byReason = new HashMap<>();

  public DeadLetterCounters(MetricGroup operator) {
    for (RejectionReason reason : RejectionReason.values()) {
      byReason.put(
          reason.name(), operator.addGroup("reason", reason.name()).counter("numDeadLetters"));
    }
  }

  /** Counts a letter and returns it. */
  public DeadLetter count(DeadLetter letter) {
    byReason.get(letter.getReason()).inc();
    return letter;
  }
}
