package io.rankstream.lab.cluster;

/** A kind of process that can be killed. */
public enum Victim {
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
