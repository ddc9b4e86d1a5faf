package io.rankstream.lab.chaos;

import java.util.List;
import java.util.stream.Stream;

/** The moment at which a process is killed. */
enum Moment {
  /** Some time after the job runs again. */
  ANY_TIME(Aim.PROCESSES, "at any time"),
  /** While a checkpoint is in progress. */
  DURING_CHECKPOINT(Aim.PROCESSES, "during a checkpoint"),
  /** Just after a checkpoint completed, while the sinks commit their transactions. */
  DURING_COMMIT(Aim.PROCESSES, "during the commit"),
  /** A replica writes its weights or has handed them in, and others still train. */
  ROUND_BEGUN(Aim.ROUNDS, "when some replicas had handed in"),
  /** All replicas have written their weights, and not all have the average. */
  ROUND_COMPLETE(Aim.ROUNDS, "when all replicas had handed in"),
  /** Some replicas have the average and others, in the process that is killed, have not. */
  ROUND_PARTLY_APPLIED(Aim.ROUNDS, "when it alone had no average yet");

  private final Aim aim;
  private final String text;

  Moment(Aim aim, String text) {
    this.aim = aim;
    this.text = text;
  }

  /** The moments that an aim may choose. */
  static List<Moment> of(Aim aim) {
    return Stream.of(values()).filter(moment -> moment.aim == aim).toList();
  }

  @Override
  public String toString() {
    return text;
  }
}
