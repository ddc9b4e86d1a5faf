package io.rankstream.lab;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.highavailability.HighAvailabilityServices;
import org.apache.flink.runtime.highavailability.HighAvailabilityServicesFactory;
import org.apache.flink.runtime.highavailability.nonha.embedded.EmbeddedHaServicesWithLeadershipControl;

/**
 * Flink's high availability within a process: a job's master can lose its leadership, and the next
 * one goes on from the last checkpoint, as after the death of a JobManager.
 */
public final class LeadershipServices implements HighAvailabilityServicesFactory {

  private static volatile EmbeddedHaServicesWithLeadershipControl newest;

  @Override
  public HighAvailabilityServices createHAServices(Configuration settings, Executor executor) {
    newest = new EmbeddedHaServicesWithLeadershipControl(executor);
    return newest;
  }

  /** Replaces the master of a job in the newest cluster. */
  static void replaceMaster(JobID job) throws ExecutionException, InterruptedException {
    newest.revokeJobMasterLeadership(job).get();
    newest.grantJobMasterLeadership(job).get();
  }
}
