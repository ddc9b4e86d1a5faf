package io.rankstream.lab.cluster;

import io.rankstream.lab.local.FreePorts;
import io.rankstream.pipeline.flink.FlinkRest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;

/**
 * A Kafka broker, a Flink job manager and task managers, each a process of its own on this machine.
 * A process that is killed is started again at once.
 */
public final class ClusterProcesses implements AutoCloseable {

  private static final String HOST = "localhost";

  private final Path directory;
  private final int brokerPort;
  private final int restPort;
  private final int rpcPort;
  private final ChildProcess broker;
  private final ChildProcess jobManager;
  private final List<ChildProcess> taskManagers = new ArrayList<>();

  /**
   * Starts the processes.
   *
   * @param directory for data, checkpoints and logs
   * @param taskManagers number of task managers with one slot each
   */
  public ClusterProcesses(Path directory, int taskManagers) throws IOException {
    this.directory = directory;
    List<Integer> ports = FreePorts.distinct(4);
    brokerPort = ports.get(0);
    restPort = ports.get(1);
    rpcPort = ports.get(2);
    Path conf = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(conf.resolve("config.yaml"), clusterSettings());
    broker =
        new ChildProcess(
            directory.resolve("broker.log"),
            List.of("-Xmx384m"),
            BrokerProcess.class.getName(),
            List.of(
                brokerData().toString(),
                Integer.toString(brokerPort),
                Integer.toString(ports.get(3))));
    jobManager =
        new ChildProcess(
            directory.resolve("job-manager.log"),
            List.of("-Xmx384m"),
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            List.of("-c", conf.toString()));
    for (int i = 1; i <= taskManagers; i++) {
      this.taskManagers.add(
          new ChildProcess(
              directory.resolve("task-manager-%d.log".formatted(i)),
              List.of("-Xms768m", "-Xmx768m", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC"),
              "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
              List.of("-c", conf.toString(), "-D", "taskmanager.resource-id=tm-" + i)));
    }
  }

  /** Where data, checkpoints and logs are. */
  public Path directory() {
    return directory;
  }

  /** Directory that the broker keeps its partitions in. */
  public Path brokerData() {
    return directory.resolve("kafka");
  }

  /** Where Kafka clients connect. */
  public String bootstrapServers() {
    return HOST + ":" + brokerPort;
  }

  /** Settings of Kafka clients that wait while the broker starts again. */
  public Properties clients() {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", bootstrapServers());
    clients.put("default.api.timeout.ms", "60000");
    return clients;
  }

  /** Flink's REST interface, which does not answer while the job manager is down. */
  public FlinkRest rest() {
    return new FlinkRest(URI.create("http://%s:%s".formatted(HOST, restPort)));
  }

  /** A client that submits and stops jobs; the caller closes it. */
  public RestClusterClient<StandaloneClusterId> client() throws Exception {
    Configuration address = new Configuration();
    address.set(RestOptions.ADDRESS, HOST);
    address.set(RestOptions.PORT, restPort);
    address.set(JobManagerOptions.ADDRESS, HOST);
    address.set(JobManagerOptions.PORT, rpcPort);
    return new RestClusterClient<>(address, StandaloneClusterId.getInstance());
  }

  /**
   * Kills a process and starts it again. A job manager that was killed has lost its jobs.
   *
   * @param index chooses among the task managers, modulo their number
   */
  public void kill(Victim victim, int index) throws IOException, InterruptedException {
    switch (victim) {
      case TASK_MANAGER -> taskManager(index).killAndRestart();
      case JOB_MANAGER -> jobManager.killAndRestart();
      case BROKER -> broker.killAndRestart();
    }
  }

  /** Holds a task manager still, chosen as {@link #kill} does; that ends with its kill. */
  public void hold(int index) throws IOException, InterruptedException {
    taskManager(index).hold();
  }

  /** Lets a task manager go on that is held. */
  public void release(int index) throws IOException, InterruptedException {
    taskManager(index).release();
  }

  /** The number that the log of a task manager has in its name. */
  public int numberOf(int index) {
    return index % taskManagers.size() + 1;
  }

  private ChildProcess taskManager(int index) {
    return taskManagers.get(numberOf(index) - 1);
  }

  /** Starts the broker and the task managers again if they have ended by themselves. */
  public void supervise() throws IOException {
    broker.supervise();
    for (ChildProcess taskManager : taskManagers) {
      taskManager.supervise();
    }
  }

  /** Resident memory of the first task manager in kilobytes. */
  public long residentKilobytes() throws IOException {
    return taskManagers.get(0).residentKilobytes();
  }

  @Override
  public void close() {
    taskManagers.forEach(ChildProcess::close);
    jobManager.close();
    broker.close();
  }

  /** Flink would show a checkpoint seconds later, when it is complete. */
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
        rest.cache.checkpoint-statistics.timeout: 20 ms
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
}
