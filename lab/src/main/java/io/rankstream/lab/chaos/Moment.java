package io.rankstream.lab.chaos;

/** The moment at which a process is killed. */
enum Moment {
  /** Some time after the job runs again. */
  ANY_TIME("at any time"),
  /** While a checkpoint is in progress. */
  DURING_CHECKPOINT("during a checkpoint"),
  /** Just after a checkpoint completed, while the sinks commit their transactions. */
  DURING_COMMIT("during the commit");

  private final String text;

  Moment(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
