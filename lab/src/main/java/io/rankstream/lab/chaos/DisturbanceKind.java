package io.rankstream.lab.chaos;

/** What can happen to a job. */
enum DisturbanceKind {
  TASK_MANAGER_KILLED("task manager killed"),
  JOB_MANAGER_KILLED("job manager killed"),
  BROKER_KILLED("broker killed"),
  TASK_MANAGER_HELD("task manager held still"),
  JOB_MANAGER_HELD("job manager held still"),
  BROKER_HELD("broker held still"),
  /** For longer than Kafka's producers wait by default. */
  BROKER_AWAY("broker away"),
  LINK_CUT("connections to the broker closed"),
  LINK_SILENT("nothing passes to the broker"),
  LINK_SLOW("slow connections to the broker"),
  REGISTRY_DOWN("registry answers 503"),
  REGISTRY_SILENT("registry does not answer"),
  REGISTRY_GARBAGE("registry answers with a web page"),
  /** The store of checkpoints and models has no room. */
  DISK_FULL("disk full"),
  /** The topic of the dead letters takes short records only. */
  LETTERS_LIMITED("dead letters limited to 2 kB"),
  /** The job ends, and is started from a checkpoint with one bit turned. */
  CHECKPOINT_DAMAGED("start from a damaged checkpoint"),
  /** The job ends, and records that it has not read are gone when it starts again. */
  RECORDS_DELETED("unread records deleted"),
  /** More bytes than a task manager has memory. */
  LARGE_IMAGES("600 images of 1 MB at once"),
  /** A job with the same group and the same transactional ids is started beside the job. */
  SECOND_JOB("second job with the same group");

  private final String text;

  DisturbanceKind(String text) {
    this.text = text;
  }

  /** Whether it waits for the moments of {@link Aim#PROCESSES}. */
  boolean isKill() {
    return this == TASK_MANAGER_KILLED || this == JOB_MANAGER_KILLED || this == BROKER_KILLED;
  }

  @Override
  public String toString() {
    return text;
  }
}
