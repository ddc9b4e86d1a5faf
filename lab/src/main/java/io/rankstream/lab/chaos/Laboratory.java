package io.rankstream.lab.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.lab.local.FlinkRest;
import io.rankstream.pipeline.KafkaEndpoints;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A broker, a job manager and task managers as processes of their own on this machine, and the job
 * on them. A killed process is started again at once; a killed job manager gets the job anew from
 * the newest checkpoint.
 */
final class Laboratory implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final long PAUSE_MILLIS = 20;

  private final Path directory;
  private final int brokerPort;
  private final int restPort;
  private final int rpcPort;
  private final ChildProcess broker;
  private final ChildProcess jobManager;
  private final List<ChildProcess> taskManagers = new ArrayList<>();
  private final FlinkRest rest;
  private JobID job;

  /**
   * Starts the processes.
   *
   * @param directory for data, checkpoints and logs
   * @param taskManagers number of task managers with one slot each
   */
  Laboratory(Path directory, int taskManagers) throws IOException {
    this.directory = directory;
    brokerPort = freePort();
    restPort = freePort();
    rpcPort = freePort();
    rest = new FlinkRest(URI.create("http://localhost:" + restPort));
    Files.createDirectories(directory.resolve("conf"));
    broker =
        new ChildProcess(
            directory.resolve("broker.log"),
            List.of("-Xmx384m"),
            BrokerProcess.class.getName(),
            List.of(
                directory.resolve("kafka").toString(),
                Integer.toString(brokerPort),
                Integer.toString(freePort())));
    Files.writeString(directory.resolve("conf/config.yaml"), clusterSettings());
    String conf = directory.resolve("conf").toString();
    jobManager =
        new ChildProcess(
            directory.resolve("job-manager.log"),
            List.of("-Xmx384m"),
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            List.of("-c", conf));
    for (int i = 1; i <= taskManagers; i++) {
      this.taskManagers.add(
          new ChildProcess(
              directory.resolve("task-manager-%d.log".formatted(i)),
              List.of("-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC"),
              "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
              List.of("-c", conf, "-D", "taskmanager.resource-id=tm-" + i)));
    }
  }

  /** Lets the next job start afresh: the checkpoints so far are those of another. */
  void forgetCheckpoints() throws IOException {
    Files.move(checkpoints(), directory.resolve("checkpoints-before"));
  }

  /** Where Kafka clients connect. */
  String bootstrapServers() {
    return "localhost:" + brokerPort;
  }

  /** Where the job keeps its checkpoints. */
  Path checkpoints() {
    return directory.resolve("checkpoints");
  }

  /** Starts a job from the newest of its checkpoints, if there is one. */
  void submit(Configuration settings) throws Exception {
    Configuration remote = new Configuration(settings);
    Optional<Path> newest = newestCheckpoint();
    newest.ifPresent(path -> remote.set(StateRecoveryOptions.SAVEPOINT_PATH, uri(path)));
    JobConfig config = JobConfig.from(settings);
    Configuration engine = EngineDefaults.forJob(remote, new Configuration());
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(engine);
    RankstreamJob.build(env, config, KafkaEndpoints.from(config));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) { // the job manager may not be up yet
      try (RestClusterClient<StandaloneClusterId> client = client()) {
        job = client.submitJob(env.getStreamGraph().getJobGraph()).get(20, TimeUnit.SECONDS);
        return;
      } catch (Exception e) {
        if (System.nanoTime() > deadline) {
          throw new IOException("The job manager takes no job: see " + directory, e);
        }
        Thread.sleep(500);
      }
    }
  }

  /** Kills a process and starts it again. */
  void kill(Victim victim, int index, Configuration settings) throws Exception {
    switch (victim) {
      case TASK_MANAGER -> taskManagers.get(index % taskManagers.size()).killAndRestart();
      case BROKER -> broker.killAndRestart();
      case JOB_MANAGER -> {
        jobManager.killAndRestart();
        submit(settings);
      }
      default -> throw new IllegalStateException();
    }
  }

  /** Status of the job, such as RUNNING; empty while the job manager does not answer. */
  private Optional<String> status() throws InterruptedException {
    return get("/jobs/" + job).map(answer -> answer.path("state").asText());
  }

  /** Checkpoints of the job that have completed since it was submitted, or -1 while unknown. */
  private int completedCheckpoints() throws InterruptedException {
    return count("completed");
  }

  /** Waits until the job has completed another checkpoint, or has ended. */
  void awaitCheckpoint() throws Exception {
    int before = Math.max(0, completedCheckpoints());
    await("a checkpoint", () -> completedCheckpoints() > before || isOver());
  }

  /** Waits for the moment of a kill; gives up when the job ends or checkpoints do not come. */
  void awaitMoment(Moment moment) throws Exception {
    int before = completedCheckpoints();
    switch (moment) {
      case ANY_TIME -> {}
      case DURING_CHECKPOINT ->
          await("a checkpoint in progress", () -> count("in_progress") > 0 || isOver());
      case DURING_COMMIT ->
          await("a completed checkpoint", () -> completedCheckpoints() > before || isOver());
      default -> throw new IllegalStateException();
    }
  }

  /** Whether the job has ended, well or not. */
  boolean isOver() throws InterruptedException {
    return status().filter(List.of("FINISHED", "FAILED", "CANCELED")::contains).isPresent();
  }

  /** Waits until the job has ended; fails when it has failed. */
  void awaitEnd() throws Exception {
    while (!isOver()) {
      awaitCheckpoint(); // as long as they come, the job gets on
    }
    if (status().filter("FINISHED"::equals).isEmpty()) {
      throw new IOException("The job has failed: see the logs in " + directory);
    }
  }

  /** Ends the job with all its input processed. */
  void drain() throws Exception {
    await("a savepoint", this::stopsWithSavepoint);
    awaitEnd();
  }

  /** Not every task may run yet after the last kill: then there is no savepoint. */
  private boolean stopsWithSavepoint() throws Exception {
    try (RestClusterClient<StandaloneClusterId> client = client()) {
      client
          .stopWithSavepoint(
              job, true, uri(directory.resolve("savepoints")), SavepointFormatType.CANONICAL)
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException e) {
      return isOver();
    }
  }

  /** Resident memory of the first task manager in kilobytes. */
  long residentKilobytes() throws IOException {
    return taskManagers.get(0).residentKilobytes();
  }

  @Override
  public void close() {
    taskManagers.forEach(ChildProcess::close);
    jobManager.close();
    broker.close();
  }

  /** A condition that is asked again and again. */
  interface Condition {
    boolean holds() throws Exception;
  }

  void await(String what, Condition condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      broker.supervise();
      for (ChildProcess taskManager : taskManagers) {
        taskManager.supervise();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "%s did not come within %d s: see the logs in %s"
                .formatted(what, PATIENCE.toSeconds(), directory));
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private int count(String kind) throws InterruptedException {
    return get("/jobs/%s/checkpoints".formatted(job))
        .map(answer -> answer.path("counts").path(kind).asInt(-1))
        .orElse(-1);
  }

  private Optional<JsonNode> get(String path) throws InterruptedException {
    try {
      return Optional.of(rest.get(path));
    } catch (IOException e) {
      return Optional.empty(); // killed, or not up again yet
    }
  }

  private RestClusterClient<StandaloneClusterId> client() throws Exception {
    Configuration address = new Configuration();
    address.set(RestOptions.ADDRESS, "localhost");
    address.set(RestOptions.PORT, restPort);
    address.set(JobManagerOptions.ADDRESS, "localhost");
    address.set(JobManagerOptions.PORT, rpcPort);
    return new RestClusterClient<>(address, StandaloneClusterId.getInstance());
  }

  /** The newest checkpoint that is whole: its metadata is written last. */
  private Optional<Path> newestCheckpoint() throws IOException {
    if (!Files.exists(checkpoints())) {
      return Optional.empty();
    }

    try (Stream<Path> files = Files.walk(checkpoints(), 3)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
          .map(Path::getParent);
    }
  }

  private String clusterSettings() {
    return """
        jobmanager.rpc.address: localhost
        jobmanager.rpc.port: %d
        jobmanager.bind-host: localhost
        jobmanager.memory.process.size: 1g
        taskmanager.bind-host: localhost
        taskmanager.host: localhost
        taskmanager.numberOfTaskSlots: 1
        taskmanager.cpu.cores: 1
        taskmanager.memory.task.heap.size: 512m
        taskmanager.memory.task.off-heap.size: 256m
        taskmanager.memory.managed.size: 32m
        taskmanager.memory.network.min: 64m
        taskmanager.memory.network.max: 64m
        taskmanager.memory.framework.heap.size: 128m
        taskmanager.memory.framework.off-heap.size: 128m
        taskmanager.memory.jvm-metaspace.size: 256m
        taskmanager.memory.jvm-overhead.min: 192m
        taskmanager.memory.jvm-overhead.max: 192m
        rest.address: localhost
        rest.bind-address: localhost
        rest.port: %d
        heartbeat.interval: 1000
        heartbeat.timeout: 6000
        web.tmpdir: %s
        io.tmp.dirs: %s
        """
        .formatted(
            rpcPort,
            restPort,
            directory.resolve("web").toString(),
            directory.resolve("tmp").toString());
  }

  private static String uri(Path path) {
    return path.toAbsolutePath().toUri().toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
