package io.rankstream.lab;

import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.flink.LocalCluster;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A cluster for tests that stop a job in one cluster and go on in another. */
final class TestCluster implements AutoCloseable {

  private final LocalCluster flink;

  TestCluster(int taskManagers, int slotsEach) throws Exception {
    this(taskManagers, slotsEach, new Configuration());
  }

  private TestCluster(int taskManagers, int slotsEach, Configuration settings) throws Exception {
    settings.set(RestOptions.BIND_PORT, "0");
    settings.set(TaskManagerOptions.MINI_CLUSTER_NUM_TASK_MANAGERS, taskManagers);
    flink = LocalCluster.start(settings, taskManagers * slotsEach);
  }

  /** A cluster whose {@link LeadershipServices} replace the masters of jobs. */
  static TestCluster withLeadership(int taskManagers, int slotsEach) throws Exception {
    Configuration settings = new Configuration();
    settings.set(HighAvailabilityOptions.HA_MODE, LeadershipServices.class.getName());
    return new TestCluster(taskManagers, slotsEach, settings);
  }

  /** Address of Flink's REST interface. */
  URI page() {
    return flink.page();
  }

  JobClient submit(JobSettings settings) throws Exception {
    return submit(RankstreamJob.local(settings.configuration()));
  }

  JobClient submit(StreamExecutionEnvironment env) throws Exception {
    return flink.submit(env, "rankstream-test");
  }

  /**
   * Ends a job with a savepoint.
   *
   * @param drain whether the images that wait in the windows are processed before
   * @return location of the savepoint
   */
  static String stop(JobClient job, Path savepoints, boolean drain) throws Exception {
    String savepoint =
        job.stopWithSavepoint(drain, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
            .get();
    job.getJobExecutionResult().get();
    return savepoint;
  }

  /** The last checkpoint of the only job that writes to a directory. */
  static Path newestCheckpoint(Path checkpoints) throws Exception {
    try (Stream<Path> files = Files.walk(checkpoints)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .map(Path::getParent)
          .max(
              Comparator.comparingInt(
                  checkpoint -> Integer.parseInt(checkpoint.getFileName().toString().substring(4))))
          .orElseThrow();
    }
  }

  /** Ends a task manager in the middle of its work. */
  void terminateTaskManager(int index) throws Exception {
    flink.terminateTaskManager(index);
  }

  /** Ends a task manager in the middle of its work, and starts another one in its place. */
  void replaceTaskManager(int index) throws Exception {
    flink.terminateTaskManager(index);
    flink.startTaskManager();
  }

  @Override
  public void close() throws Exception {
    flink.close();
  }
}
