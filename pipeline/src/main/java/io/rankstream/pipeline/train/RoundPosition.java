package io.rankstream.pipeline.train;

import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.Round;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Where a model stands in the rounds of its stream, part of its state. A model without replicas is
 * replica 0, and in no round.
 */
final class RoundPosition {

  private int replica;
  private int replicas = 1;
  private int next = 1;
  private long round;
  private long base;
  private int batches;
  private boolean isNew;
  private boolean isWaiting;

  /**
   * The position of a new model.
   *
   * @param first the batch that it starts with
   */
  static RoundPosition startingWith(MicroBatch first) {
    RoundPosition position = new RoundPosition();
    Round round = first.round();
    if (round != null) {
      position.replica = round.replica();
      // The first replicas of a stream start from equal weights; later ones wait for an average.
      position.isNew =
          round.index() > 0
              || round.replica() >= round.replicas()
              || first.number() - round.first() >= round.replicas();
    }
    return position;
  }

  /** The replica, from 0. */
  int replica() {
    return replica;
  }

  /** Number of the present round. */
  long round() {
    return round;
  }

  int replicas() {
    return replicas;
  }

  /** Replicas of the round after the present one. */
  int next() {
    return next;
  }

  /** Steps of all replicas before the present round. */
  long base() {
    return base;
  }

  /** Batches of this replica in the present round. */
  int batches() {
    return batches;
  }

  /** Whether the model started from nothing in the present round, and that is not the first. */
  boolean isNew() {
    return isNew;
  }

  /** Whether the model waits for the average of the round. */
  boolean isWaiting() {
    return isWaiting;
  }

  /** Whether the weights are an average, or belong to a model without replicas. */
  boolean isAverage() {
    return batches == 0 && !isNew && !isWaiting;
  }

  /**
   * Enters the round of a batch that comes next; the same batch may come again after a restore.
   *
   * @return steps of all replicas before the batch
   */
  long enter(MicroBatch batch) {
    Round entered = batch.round();
    if (isWaiting || entered.index() < round) {
      throw new IllegalStateException(
          "A batch of round %d comes to replica %d in round %d%s"
              .formatted(entered.index(), replica, round, isWaiting ? ", which waits" : ""));
    }

    round = entered.index();
    replicas = entered.replicas();
    next = entered.next();
    return base + batch.number() - entered.first();
  }

  /**
   * Counts a batch of the present round.
   *
   * @param isMark whether it had no images, and only ends the round
   */
  void finished(Round batch, boolean isMark) {
    batches += isMark ? 0 : 1;
    isWaiting = batch.ends();
  }

  /**
   * The model is the only one of its stream, and in no round.
   *
   * @param steps its steps so far
   */
  void alone(long steps) {
    replicas = 1;
    next = 1;
    base = steps;
    batches = 0;
    isNew = false;
    isWaiting = false;
  }

  /** Goes on from the average of the present round. */
  void adopted(long steps) {
    round++;
    base = steps;
    batches = 0;
    isNew = false;
    isWaiting = false;
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeInt(replica);
    out.writeInt(replicas);
    out.writeInt(next);
    out.writeLong(round);
    out.writeLong(base);
    out.writeInt(batches);
    out.writeBoolean(isNew);
    out.writeBoolean(isWaiting);
  }

  /** Reads exactly the bytes of {@link #writeTo}. */
  static RoundPosition read(DataInput in) throws IOException {
    RoundPosition position = new RoundPosition();
    position.replica = in.readInt();
    position.replicas = in.readInt();
    position.next = in.readInt();
    position.round = in.readLong();
    position.base = in.readLong();
    position.batches = in.readInt();
    position.isNew = in.readBoolean();
    position.isWaiting = in.readBoolean();
    return position;
  }
}
