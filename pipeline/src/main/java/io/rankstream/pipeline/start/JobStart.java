package io.rankstream.pipeline.start;

import org.apache.flink.api.common.JobID;

/**
 * The identity of one start of the job: equal over all failovers of the start, another for each new
 * start.
 *
 * <p>Flink does not tell a restored operator why it is restored. What tells a failover from a start
 * that was told to take a state is the pair of the job's id and the path that it was told to take
 * ({@code execution.state-recovery.path}). A failover keeps both, that of a JobManager under high
 * availability too: it runs the job under the same id and with the same settings, and continues
 * from its newest checkpoint whatever the path says. A start that takes a savepoint has a new id;
 * where the id is fixed (application mode with high availability) it has another path than the
 * start that wrote the savepoint.
 *
 * <p>The limit: under a fixed id, a start that is told a path which an earlier start of this id was
 * told as well, and whose content that earlier start has replaced, counts as a failover.
 *
 * @param identity the pair as text
 * @param birth lineage of the models that start from nothing in it
 */
public record JobStart(String identity, String birth) {

  /**
   * The start that a running job belongs to.
   *
   * @param job id of the running job
   */
  public static JobStart of(JobID job, JobSubmission submission) {
    return new JobStart(job + " " + submission.recoveryPath(), submission.birth());
  }
}
