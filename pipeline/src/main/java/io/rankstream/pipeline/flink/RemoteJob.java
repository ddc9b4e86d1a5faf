package io.rankstream.pipeline.flink;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.util.ExceptionUtils;

/** A job that runs in another process, which is reached over Flink's REST interface. */
public final class RemoteJob implements AutoCloseable {

  private final RestClusterClient<StandaloneClusterId> flink;
  private final JobID job;

  private RemoteJob(RestClusterClient<StandaloneClusterId> flink, JobID job) {
    this.flink = flink;
    this.job = job;
  }

  /**
   * Finds a job that runs.
   *
   * @param address address of Flink's page
   * @param id id of the job, or null for the only one
   * @throws IOException when Flink does not answer, or no job or more than one is meant
   */
  public static RemoteJob find(URI address, String id) throws Exception {
    Configuration settings = new Configuration();
    settings.set(RestOptions.ADDRESS, String.valueOf(address.getHost()));
    settings.set(
        RestOptions.PORT,
        address.getPort() < 0 ? RestOptions.PORT.defaultValue() : address.getPort());
    settings.set(RestOptions.RETRY_MAX_ATTEMPTS, 3);
    settings.set(RestOptions.RETRY_DELAY, Duration.ofSeconds(1));
    RestClusterClient<StandaloneClusterId> flink =
        new RestClusterClient<>(settings, StandaloneClusterId.getInstance());
    try {
      List<JobID> running =
          flink.listJobs().get().stream()
              .filter(each -> !each.getJobState().isGloballyTerminalState())
              .map(JobStatusMessage::getJobId)
              .filter(each -> id == null || each.toHexString().equals(id))
              .toList();
      if (running.size() == 1) {
        return new RemoteJob(flink, running.get(0));
      }
      throw new IOException(
          running.isEmpty()
              ? "No such job runs at %s: look at Flink's page there, or give another --flink"
                  .formatted(address)
              : "%s jobs run at %s: name one with --job (%s)"
                  .formatted(
                      running.size(),
                      address,
                      running.stream().map(JobID::toHexString).collect(Collectors.joining(", "))));
    } catch (ExecutionException e) {
      flink.close();
      throw new IOException(
          "Flink does not answer at %s (%s): give the address of its page with --flink"
              .formatted(address, ExceptionUtils.stripExecutionException(e).getMessage()),
          e);
    } catch (IOException e) {
      flink.close();
      throw e;
    }
  }

  /** Id of the job. */
  public String id() {
    return job.toHexString();
  }

  /**
   * Stops the job with a savepoint and waits for it.
   *
   * @param drains whether the input ends first, so that all that waits in the job is processed
   * @param directory directory for the savepoint, or empty for that of Flink's configuration
   * @return the path of the savepoint
   * @throws IOException when the savepoint fails; the job then runs on
   */
  public String stop(boolean drains, String directory, SavepointFormatType format)
      throws IOException, InterruptedException {
    try {
      return flink
          .stopWithSavepoint(job, drains, directory.isEmpty() ? null : directory, format)
          .get();
    } catch (ExecutionException e) {
      Throwable cause = ExceptionUtils.stripExecutionException(e);
      String why = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      throw new IOException(
          why.contains("currently running")
              ? "The job runs on, since not all of its tasks have started yet: try again when Flink's page shows them running"
              : "The job runs on, since its savepoint failed (%s): give a directory that all machines can write with --savepoint"
                  .formatted(why),
          e);
    }
  }

  @Override
  public void close() {
    flink.close();
  }
}
