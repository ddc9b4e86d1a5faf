package io.rankstream.pipeline.flink;

import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.ClientUtils;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.minicluster.MiniClusterJobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.FlinkException;
import org.apache.flink.util.MathUtils;

/**
 * A Flink cluster inside this process. It listens before a job is submitted, so that the address of
 * its page is known and not guessed.
 */
public final class LocalCluster implements AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final MiniCluster flink;
  private final URI page;

  private LocalCluster(MiniCluster flink, URI page) {
    this.flink = flink;
    this.page = page;
  }

  /**
   * Makes the file systems of Flink's plugins known to this process, with their settings, as the
   * processes of a cluster do. The plugins lie in the directory that {@code FLINK_PLUGINS_DIR}
   * names, or in {@code plugins}.
   *
   * @param settings settings of the engine, such as {@code s3.endpoint}
   */
  public static void loadFileSystems(Configuration settings) {
    FileSystem.initialize(settings, PluginUtils.createPluginManagerFromRootFolder(settings));
  }

  /**
   * Starts a cluster that has room for one job.
   *
   * @param env environment in which the job was built; its settings are those of the cluster
   * @throws BindException when every port of rest.bind-port is taken
   */
  public static LocalCluster startFor(StreamExecutionEnvironment env) throws Exception {
    return start(env.getConfiguration(), env.getStreamGraph(false).getMaximumParallelism());
  }

  /**
   * Starts a cluster.
   *
   * @param settings settings of the engine; rest.bind-port may be a range
   * @param slots slots over all task managers, where taskmanager.numberOfTaskSlots is not set
   * @throws BindException when every port of rest.bind-port is taken
   */
  public static LocalCluster start(ReadableConfig settings, int slots) throws Exception {
    Configuration configuration = Configuration.fromMap(settings.toMap());
    if (!configuration.contains(RestOptions.BIND_PORT)) {
      configuration.set(RestOptions.BIND_PORT, "0");
    }
    int taskManagers = configuration.get(TaskManagerOptions.MINI_CLUSTER_NUM_TASK_MANAGERS);
    int slotsEach =
        configuration
            .getOptional(TaskManagerOptions.NUM_TASK_SLOTS)
            .orElse(MathUtils.divideRoundUp(slots, taskManagers));
    MiniCluster flink =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(taskManagers)
                .setNumSlotsPerTaskManager(slotsEach)
                .build());
    try {
      flink.start(); // closes itself when it fails
    } catch (Exception e) {
      throw ExceptionUtils.findThrowable(e, BindException.class).isPresent()
          ? allPortsTaken(configuration.get(RestOptions.BIND_PORT))
          : e;
    }
    return new LocalCluster(flink, flink.getRestAddress().get());
  }

  /** Address of Flink's page and REST interface. */
  public URI page() {
    return page;
  }

  /**
   * Starts a job.
   *
   * @param env environment in which the job was built
   * @param name name of the job
   * @return the job, which runs
   * @throws FlinkException when the job cannot start
   */
  public JobClient submit(StreamExecutionEnvironment env, String name) throws Exception {
    StreamGraph graph = env.getStreamGraph();
    graph.setJobName(name);
    graph.serializeUserDefinedInstances();
    ClassLoader classes = LocalCluster.class.getClassLoader();
    try {
      JobID job = flink.submitJob(graph).get().getJobID();
      ClientUtils.waitUntilJobInitializationFinished(
          () -> flink.getJobStatus(job).get(), () -> flink.requestJobResult(job).get(), classes);
      return new MiniClusterJobClient(
          job, flink, classes, MiniClusterJobClient.JobFinalizationBehavior.NOTHING);
    } catch (ExecutionException e) {
      throw cannotStart(name, ExceptionUtils.stripExecutionException(e));
    } catch (FlinkException e) {
      throw cannotStart(name, e);
    }
  }

  /**
   * Runs a job to its end.
   *
   * @param env environment in which the job was built
   * @param name name of the job
   * @throws Exception when the job fails, with the cause of the failure, or when a task manager
   *     ends
   */
  public void run(StreamExecutionEnvironment env, String name) throws Exception {
    run(env, name, LOOK_EVERY);
  }

  void run(StreamExecutionEnvironment env, String name, Duration lookEvery) throws Exception {
    await(submit(env, name), lookEvery);
  }

  /**
   * Waits for the end of a job.
   *
   * @throws Exception when the job fails, with the cause of the failure, or when a task manager
   *     ends
   */
  public void await(JobClient job) throws Exception {
    await(job, LOOK_EVERY);
  }

  private void await(JobClient job, Duration lookEvery) throws Exception {
    try (TaskManagerWatch watch = new TaskManagerWatch(flink, job.getJobID(), lookEvery)) {
      CompletableFuture.anyOf(job.getJobExecutionResult(), watch.ended()).get();
    } catch (ExecutionException e) {
      ExceptionUtils.rethrowException(ExceptionUtils.stripExecutionException(e));
    }
  }

  /**
   * Takes a checkpoint of a job.
   *
   * @return the path of the checkpoint, once it is complete
   */
  public CompletableFuture<String> checkpoint(JobID job) {
    return flink.triggerCheckpoint(job);
  }

  /**
   * Ends a task manager at once, in the middle of its work.
   *
   * @param index number of the task manager, from 0
   */
  public void terminateTaskManager(int index) throws Exception {
    flink.terminateTaskManager(index).get();
  }

  /** Starts one more task manager. */
  public void startTaskManager() throws Exception {
    flink.startTaskManager();
  }

  /** Ends the cluster and with it a job that still runs; checkpoints stay. */
  @Override
  public void close() throws Exception {
    flink.close();
  }

  private static FlinkException cannotStart(String name, Throwable cause) {
    return new FlinkException("Failed to execute job '%s'.".formatted(name), cause);
  }

  private static BindException allPortsTaken(String ports) {
    return new BindException(
        "No free port in %s for Flink's page: give others with --rest.bind-port".formatted(ports));
  }
}
