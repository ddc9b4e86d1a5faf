package io.rankstream.pipeline.publish;

/** A written version on its way to its announcement, and to the deletion of its predecessors. */
final class VersionWay {

  static final long NO_CHECKPOINT = Long.MAX_VALUE;

  final VersionLedger ledger;
  final WrittenVersion written;

  /** Whether it is of the present lineage; another job may train the one that this began in. */
  final boolean ours;

  /** The first checkpoint that contains the present stage. */
  long checkpoint = NO_CHECKPOINT;

  boolean submitted;
  boolean announced;

  VersionWay(VersionLedger ledger, WrittenVersion written, boolean ours) {
    this.ledger = ledger;
    this.written = written;
    this.ours = ours;
  }
}
