package io.rankstream.lab.chaos;

/** When a process is killed. */
enum Moment {
  /** Some time after the job runs again. */
  ANY_TIME("at any time"),
  /** While a checkpoint is under way. */
  DURING_CHECKPOINT("during a checkpoint"),
  /** When a checkpoint has just completed: the sinks commit their transactions then. */
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
