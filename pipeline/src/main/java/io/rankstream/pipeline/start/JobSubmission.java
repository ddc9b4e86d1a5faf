package io.rankstream.pipeline.start;

import io.rankstream.pipeline.event.LineageId;
import java.io.Serializable;

/**
 * What is decided once when a job is submitted, and is the same on all its machines.
 *
 * @param recoveryPath savepoint or checkpoint that the job was told to start from; empty for none
 * @param birth {@link LineageId} of the models that start from nothing in this job
 */
public record JobSubmission(String recoveryPath, String birth) implements Serializable {

  /** A job that is submitted now. */
  public static JobSubmission now(String recoveryPath) {
    return new JobSubmission(recoveryPath, LineageId.born(System.currentTimeMillis()));
  }
}
