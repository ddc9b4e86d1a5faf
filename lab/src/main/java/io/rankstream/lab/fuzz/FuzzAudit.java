package io.rankstream.lab.fuzz;

import io.rankstream.lab.audit.Origin;
import io.rankstream.lab.audit.Reconciliation;
import io.rankstream.lab.audit.SentBytes;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Matches the output of a job with the records that were sent: each must have embeddings, or as a
 * deletion one tombstone, or one dead letter with its bytes. An image that no model has room to
 * train on has both. Output of other records is ignored.
 */
final class FuzzAudit {

  private final Map<Origin, SentRecord> sent;
  private final Map<String, Origin> deletions = new HashMap<>(); // by digest of the key
  private final Reconciliation<Origin> outcomes = new Reconciliation<>();
  private final Set<Origin> accepted = new HashSet<>();
  private final Set<Origin> refused = new HashSet<>();
  private final Set<Origin> untrained = new HashSet<>();
  private final Map<String, Long> reasons = new TreeMap<>();
  private final List<String> altered = new ArrayList<>();

  FuzzAudit(Map<Origin, SentRecord> sent) {
    this.sent = sent;
    sent.keySet().forEach(outcomes::expect);
    sent.forEach(
        (origin, record) -> {
          if (record.attack() == Attack.DELETION) {
            deletions.put(record.bytes().key(), origin);
          }
        });
  }

  /** Whether every record has come out. */
  boolean isComplete() {
    return found() == sent.size();
  }

  /** Number of records that have come out. */
  int found() {
    return outcomes.foundKeys();
  }

  /** Takes an embedding; further ones of the same record, from replays, are no fault. */
  void add(ImageEmbedding embedding) {
    Origin origin = Origin.of(embedding);
    if (sent.containsKey(origin) && accepted.add(origin)) {
      outcomes.find(origin);
    }
  }

  /**
   * Takes a tombstone of the embeddings topic.
   *
   * @param key its key, or null
   */
  void addTombstone(byte[] key) {
    Origin origin = deletions.get(SentBytes.digest(key == null ? null : ByteBuffer.wrap(key)));
    if (origin != null) {
      accepted.add(origin);
      outcomes.find(origin);
    }
  }

  /** Takes a dead letter. */
  void add(DeadLetter letter) {
    Origin origin = Origin.of(letter);
    SentRecord record = sent.get(origin);
    if (record == null) {
      return;
    }

    boolean isEmbedded = letter.getReason().equals(RejectionReason.TOO_MANY_CLASSES.name());
    if (!isEmbedded) {
      outcomes.find(origin);
    }
    if ((isEmbedded ? untrained : refused).add(origin)) {
      reasons.merge(letter.getReason(), 1L, Long::sum);
      if (!record.bytes().cameBackIn(letter)) {
        altered.add(
            "%s (%s, %s) came back altered".formatted(origin, record.attack(), letter.getReason()));
      }
    }
  }

  /**
   * Judges everything that was given.
   *
   * @param brokerRefused records that Kafka itself did not take
   */
  FuzzReport report(long brokerRefused) {
    Map<Attack, AttackCounts> counts = new EnumMap<>(Attack.class);
    sent.forEach(
        (origin, record) ->
            counts.merge(
                record.attack(),
                new AttackCounts(
                    1, accepted.contains(origin) ? 1 : 0, refused.contains(origin) ? 1 : 0),
                AttackCounts::plus));

    List<String> problems = new ArrayList<>(altered);
    outcomes.missing().forEach(origin -> problems.add(problem(origin, "is lost")));
    for (Origin origin : outcomes.repeated()) {
      problems.add(
          problem(
              origin,
              refused.contains(origin)
                  ? accepted.contains(origin)
                      ? "has both an embedding and a dead letter"
                      : "has two dead letters"
                  : "has two tombstones"));
    }
    return new FuzzReport(counts, reasons, brokerRefused, problems);
  }

  private String problem(Origin origin, String what) {
    return "%s (%s) %s".formatted(origin, sent.get(origin).attack(), what);
  }
}
