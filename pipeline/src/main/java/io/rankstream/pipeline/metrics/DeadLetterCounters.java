package io.rankstream.pipeline.metrics;

import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Counts an operator's dead letters as {@code numDeadLetters}, labelled with the reason. The
 * counters of all reasons exist from the start, so that the first dead letter of a kind is an
 * increase.
 */
public final class DeadLetterCounters {

  private final Map<String, Counter> byReason = new HashMap<>();

  public DeadLetterCounters(MetricGroup operator) {
    for (RejectionReason reason : RejectionReason.values()) {
      byReason.put(
          reason.name(), operator.addGroup("reason", reason.name()).counter("numDeadLetters"));
    }
  }

  /** Counts a dead letter and returns it. */
  public DeadLetter count(DeadLetter letter) {
    byReason.get(letter.getReason()).inc();
    return letter;
  }
}
