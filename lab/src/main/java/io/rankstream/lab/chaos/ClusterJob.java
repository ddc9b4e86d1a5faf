package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.lab.cluster.Victim;
import io.rankstream.pipeline.KafkaEndpoints;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.connect.SavedInput;
import io.rankstream.pipeline.flink.FlinkRest;
import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.store.StoredCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.SerializedThrowable;
import org.apache.kafka.common.TopicPartition;

/**
 * A job on {@link ClusterProcesses}. When its job manager is killed and has no high availability,
 * it is submitted again from the newest checkpoint.
 */
final class ClusterJob {

  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final long PAUSE_MILLIS = 20;
  private static final long PAUSE_BEFORE_NEXT_SUBMIT_MILLIS = 500;

  private final ClusterProcesses cluster;
  private final ChaosJob job;
  private final RunLog log;
  private final FlinkRest rest;
  private JobID id;
  private String drained; // savepoint of the drained job

  ClusterJob(ClusterProcesses cluster, ChaosJob job, RunLog log) {
    this.cluster = cluster;
    this.job = job;
    this.log = log;
    this.rest = cluster.rest();
  }

  /** Starts the job from the newest of its checkpoints, if there is one. */
  void submit() throws Exception {
    submit(new Configuration());
  }

  /**
   * The same with other settings, until it is submitted again.
   *
   * @param others the settings that differ
   */
  void submit(Configuration others) throws Exception {
    submit(newestCheckpoint().map(ClusterJob::uri), others);
  }

  /** Starts the job from a savepoint. */
  void submitFrom(String savepoint) throws Exception {
    submit(Optional.of(savepoint), new Configuration());
  }

  private void submit(Optional<String> from, Configuration others) throws Exception {
    Configuration settings = new Configuration(job.settings());
    settings.addAll(others);
    from.ifPresent(path -> settings.set(StateRecoveryOptions.SAVEPOINT_PATH, path));
    JobConfig config = JobConfig.from(settings);
    Configuration engine = EngineDefaults.forJob(settings, new Configuration());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(engine);
    RankstreamJob.build(env, config, KafkaEndpoints.from(config));
    JobGraph graph = env.getStreamGraph().getJobGraph();
    id = graph.getJobID();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) { // the job manager may not be up yet
      try (RestClusterClient<StandaloneClusterId> client = cluster.client()) {
        client.submitJob(graph).get(20, TimeUnit.SECONDS);
        return;
      } catch (Exception e) {
        if (view().status().isPresent()) { // its answer came too late
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "The job manager took no job within %d s: see its log in %s"
                  .formatted(PATIENCE.toSeconds(), cluster.directory()),
              e);
        }
        cluster.supervise();
        Thread.sleep(PAUSE_BEFORE_NEXT_SUBMIT_MILLIS);
      }
    }
  }

  /**
   * Kills a process of the cluster.
   *
   * @param index chooses among the task managers, modulo their number
   */
  void kill(Victim victim, int index) throws Exception {
    cluster.kill(victim, index);
    if (victim == Victim.JOB_MANAGER && !cluster.hasHighAvailability()) {
      submit();
    }
  }

  /**
   * Waits until the job has completed a checkpoint that began from now on, or has ended. One that
   * began before may still complete in a job of which a process was killed.
   */
  void awaitCheckpoint() throws Exception {
    long now = System.currentTimeMillis();
    await("A checkpoint", () -> view().newestCheckpointBegan() >= now || isOver());
  }

  /**
   * Waits for the moment of a kill, or until the job has ended.
   *
   * @param index chooses the task manager, as {@link #kill} does
   */
  void awaitMoment(Moment moment, int index) throws Exception {
    int before = view().checkpoints("completed");
    switch (moment) {
      case ANY_TIME -> {}
      case DURING_CHECKPOINT ->
          await(
              "A checkpoint in progress", () -> view().checkpoints("in_progress") > 0 || isOver());
      case DURING_COMMIT ->
          await(
              "A completed checkpoint", () -> view().checkpoints("completed") > before || isOver());
      case ROUND_BEGUN, ROUND_COMPLETE, ROUND_PARTLY_APPLIED -> awaitRound(moment, index);
    }
  }

  private void awaitRound(Moment moment, int index) throws Exception {
    RoundMoments rounds = new RoundMoments(cluster, new RoundView(job.rounds(id), replicas()), log);
    await(
        "A round, which needs input that is left (--images),",
        () -> rounds.hasCome(moment, index) || isOver());
  }

  /** Waits until the offsets that the job commits with its checkpoints reach the input's ends. */
  void awaitInputTaken() throws Exception {
    try (ConsumerLag lag = new ConsumerLag(cluster.clients(), job.topics().images(), job.group())) {
      while (!lag.isNone()) {
        awaitCheckpoint();
      }
    }
  }

  /** Whether the job has ended, finished or failed. */
  boolean isOver() throws InterruptedException {
    return view().isOver();
  }

  /**
   * Waits until the job has ended.
   *
   * @throws IOException when it has failed
   */
  void awaitEnd() throws Exception {
    while (!isOver()) {
      awaitCheckpoint(); // as long as they come, the job makes progress
    }
    if (view().status().filter("FINISHED"::equals).isEmpty()) {
      throw new IOException("The job has failed: see the logs in " + cluster.directory());
    }
  }

  /** Ends the job with a savepoint, all its input processed by all replicas. */
  void drain() throws Exception {
    await("A savepoint", this::stopsWithSavepoint);
    awaitEnd();
    if (replicas() > 1) {
      new LastAverages(this, cluster.clients(), job.topics()).take(drained);
    }
  }

  private int replicas() {
    return JobConfig.from(job.settings()).replicas().replicas();
  }

  /**
   * Starts the job from the newest checkpoint, from which it must refuse to start.
   *
   * @param reason what Flink must give as a part of the reason
   * @throws IOException when the job starts, or is refused for another reason
   */
  void requireRefusal(String reason) throws Exception {
    submit();
    await(
        "The end of a job that may not start",
        () -> isOver() || view().newestCheckpointBegan() > 0);
    String said = isOver() ? reasonOfEnd() : "it runs";
    if (view().status().filter("FAILED"::equals).isEmpty() || !said.contains(reason)) {
      throw new IOException(
          "The job should have refused to start and named %s: %s".formatted(reason, said));
    }
  }

  /** The input offsets from which the newest checkpoint goes on; none for new partitions. */
  Map<TopicPartition, Long> inputOffsets() throws Exception {
    StoredCheckpoint stored = StoredCheckpoint.open(uri(newestCheckpoint().orElseThrow()));
    return SavedInput.find(stored.metadata().getOperatorStates()).orElseThrow().offsets();
  }

  /** The topics of the job. */
  TopicNames topics() {
    return job.topics();
  }

  /** Ends the job at once; its checkpoints stay. */
  void cancel() throws Exception {
    try (RestClusterClient<StandaloneClusterId> client = cluster.client()) {
      client.cancel(id).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    await("The end of the job", this::isOver);
  }

  /** Not every task may run yet after the last kill: then there is no savepoint. */
  private boolean stopsWithSavepoint() throws Exception {
    Path savepoints = cluster.directory().resolve("savepoints");
    try (RestClusterClient<StandaloneClusterId> client = cluster.client()) {
      drained =
          client
              .stopWithSavepoint(id, true, uri(savepoints), SavepointFormatType.CANONICAL)
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      return isOver();
    }
  }

  private JobView view() {
    return new JobView(rest, id);
  }

  private String reasonOfEnd() throws Exception {
    try (RestClusterClient<StandaloneClusterId> client = cluster.client()) {
      return client
          .requestJobResult(id)
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .getSerializedThrowable()
          .map(SerializedThrowable::getFullStringifiedStackTrace)
          .orElse("");
    }
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(String event, Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      cluster.supervise();
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "%s did not come within %d s: see the logs in %s"
                .formatted(event, PATIENCE.toSeconds(), cluster.directory()));
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  /** The newest checkpoint that is whole: its metadata is written last. */
  Optional<Path> newestCheckpoint() throws IOException {
    if (!Files.exists(job.checkpoints())) {
      return Optional.empty();
    }

    try (Stream<Path> files = Files.walk(job.checkpoints(), 3)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
          .map(Path::getParent);
    }
  }

  private static String uri(Path path) {
    return path.toUri().toString();
  }
}
