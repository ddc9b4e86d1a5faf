package io.rankstream.lab.chaos;

/** A kind of process that can be killed. */
enum Victim {
  TASK_MANAGER("task manager"),
  JOB_MANAGER("job manager"),
  BROKER("broker");

  private final String text;

  Victim(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
