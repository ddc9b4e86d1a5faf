package io.rankstream.pipeline.replica;

/**
 * The checkpoint that the coordinator has announced to a subtask and that the subtask has not taken
 * its part of. Called in the task thread.
 */
final class ComingCheckpoint {

  private static final long NONE = -1;

  private long id = NONE;
  private long taken = NONE;
  private long late = NONE;
  private boolean isSavepoint;

  /**
   * A checkpoint begins.
   *
   * @return whether the subtask has yet to take its part
   */
  boolean begins(CheckpointComing checkpoint) {
    if (checkpoint.id() <= taken) {
      return false;
    }
    id = checkpoint.id();
    isSavepoint = checkpoint.isSavepoint();
    return true;
  }

  /** The subtask has taken its part of a checkpoint, or the checkpoint has failed. */
  void passed(long checkpoint) {
    taken = Math.max(taken, checkpoint);
    if (id <= taken) {
      id = NONE;
    }
  }

  /** A checkpoint has had the time in which its barrier comes where nothing is in its way. */
  void hadItsTime(long checkpoint) {
    late = checkpoint;
  }

  /** Whether the subtask has yet to take its part, long after the checkpoint began. */
  boolean isLate() {
    return id >= 0 && late == id;
  }

  /** Its number; below 0 for none. */
  long id() {
    return id;
  }

  boolean isSavepoint() {
    return id >= 0 && isSavepoint;
  }
}
