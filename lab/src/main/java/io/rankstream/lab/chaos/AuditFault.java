package io.rankstream.lab.chaos;

/** A fault that an audit can find. */
enum AuditFault {
  /** An image of the input has no embedding. */
  LOST_IMAGE("image without embedding"),
  /** An embedding belongs to no image of the input. */
  UNKNOWN_IMAGE("embedded but never sent"),
  /** An embedding of an image comes behind its deletion, and the image was not sent again. */
  EMBEDDED_AFTER_DELETION("embedded after it was deleted"),
  /** A deletion of the input has no tombstone. */
  LOST_DELETION("deletion without tombstone"),
  /** A tombstone that no record of the input asked for. */
  UNKNOWN_DELETION("tombstone that nobody asked for"),
  /** A record of the input was embedded twice when it arrived, or twice under one epoch. */
  REPEATED_EMBEDDING("record embedded twice"),
  /**
   * An embedding of an image is of an older version than the one before it; in epochs, the last one
   * is older than the last complete epoch.
   */
  OLDER_VERSION("embedding older than the one before"),
  /**
   * One transaction has embeddings of a stream of several versions, other than those of an epoch
   * that is open and the one before.
   */
  MIXED_VERSIONS("transaction with several versions of a stream"),
  /** A mark says that an epoch is complete, and an image of the input is not embedded under it. */
  INCOMPLETE_EPOCH("complete epoch without an image"),
  /** The counts in the mark of a complete epoch are not those of the records that it read. */
  WRONG_COUNT("epoch with wrong counts"),
  /** The metrics leave out at least one training step of a stream. */
  STEP_GAP("training steps left out"),
  /** The metrics have a training step of a lineage twice. */
  STEP_REPEAT("training step taken twice"),
  /** A stream's model went back to an older state, or began anew: another lineage repeats steps. */
  ROLLED_BACK("job that went back to an older state"),
  /** A damaged record has no dead letter. */
  MISSING_LETTER("damaged record without dead letter"),
  /** A record has more than one dead letter. */
  REPEATED_LETTER("record with more than one dead letter"),
  /** A record that is not damaged has a dead letter. */
  WRONG_LETTER("dead letter of a good record"),
  /** A dead letter does not return the bytes of its record. */
  ALTERED_LETTER("dead letter with other bytes than its record"),
  /** A record whose dead letter was sent to the input again is not there. */
  LOST_RETURN("dead letter that did not come back to the input"),
  /** A record came back from its dead letter more than once. */
  REPEATED_RETURN("dead letter that came back more than once"),
  /**
   * A published file does not have the SHA-256 that was announced, or the weights differ from those
   * of the undisturbed run.
   */
  FOREIGN_WEIGHTS("published model with other weights");

  private final String text;

  AuditFault(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
