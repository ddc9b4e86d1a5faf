package io.rankstream.lab.fuzz;

/**
 * Counts of the records of one attack, or of several.
 *
 * @param sent records in the input topic
 * @param accepted of them, with an embedding
 * @param refused of them, with a dead letter
 */
public record AttackCounts(long sent, long accepted, long refused) {

  static final AttackCounts NONE = new AttackCounts(0, 0, 0);

  AttackCounts plus(AttackCounts other) {
    return new AttackCounts(sent + other.sent, accepted + other.accepted, refused + other.refused);
  }
}
