package io.rankstream.lab;

import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobConfig;
import java.nio.file.Path;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** A mini cluster that outlives none of its jobs, for tests that stop one and start another. */
final class TestCluster implements AutoCloseable {

  private final MiniCluster flink;

  TestCluster(int taskManagers, int slotsEach) throws Exception {
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.BIND_PORT, "0");
    flink =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(taskManagers)
                .setNumSlotsPerTaskManager(slotsEach)
                .build());
    flink.start();
  }

  JobID submit(Configuration settings) throws Exception {
    return flink
        .submitJob(RankstreamJob.local(settings, JobConfig.from(settings)).getStreamGraph())
        .get()
        .getJobID();
  }

  /**
   * Ends a job with a savepoint.
   *
   * @param drain whether what waits in the windows is processed before
   * @return location of the savepoint
   */
  String stop(JobID job, Path savepoints, boolean drain) throws Exception {
    String savepoint =
        flink
            .stopWithSavepoint(
                job, savepoints.toUri().toString(), drain, SavepointFormatType.CANONICAL)
            .get();
    flink.requestJobResult(job).get();
    return savepoint;
  }

  /** Tears a task manager down in the middle of whatever it does. */
  void terminateTaskManager(int index) throws Exception {
    flink.terminateTaskManager(index).get();
  }

  @Override
  public void close() throws Exception {
    flink.close();
  }
}
