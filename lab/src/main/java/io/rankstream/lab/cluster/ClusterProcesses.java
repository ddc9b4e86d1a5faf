package io.rankstream.lab.cluster;

import io.rankstream.lab.local.FreePorts;
import io.rankstream.pipeline.flink.FlinkRest;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.RestOptions;

/**
 * A Kafka broker, a Flink job manager and task managers, each a process of its own on this machine,
 * a schema registry, and what else a job depends on: the link to the broker, and the disk of its
 * checkpoints. All of it can be made to fail.
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
  private final int linkPort;
  private final FaultyLink link;
  private final FaultyRegistry registry;
  private final ZooKeeperProcess zooKeeper; // null without high availability
  private SmallDisk disk; // null for a directory as any other

  /**
   * Starts the processes.
   *
   * @param directory for data, checkpoints and logs
   * @param taskManagers number of task managers with one slot each
   * @param highAvailability whether the job manager has its jobs again after it was killed
   */
  public ClusterProcesses(Path directory, int taskManagers, boolean highAvailability)
      throws IOException {
    this.directory = directory;
    List<Integer> ports = FreePorts.distinct(7);
    brokerPort = ports.get(0);
    restPort = ports.get(1);
    rpcPort = ports.get(2);
    linkPort = ports.get(4);
    link = new FaultyLink(linkPort, ports.get(5));
    registry = new FaultyRegistry(LabeledImage.getClassSchema());
    zooKeeper = highAvailability ? new ZooKeeperProcess(directory, ports.get(6)) : null;
    Path conf = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(
        conf.resolve("config.yaml"),
        clusterSettings() + (highAvailability ? zooKeeper.settings() : ""));
    broker =
        new ChildProcess(
            directory.resolve("broker.log"),
            List.of("-Xmx384m"),
            BrokerProcess.class.getName(),
            List.of(
                brokerData().toString(),
                Integer.toString(brokerPort),
                Integer.toString(ports.get(3)),
                Integer.toString(ports.get(5)),
                Integer.toString(linkPort)));
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

  /**
   * Puts what jobs store on a small disk that can be filled up.
   *
   * @throws IOException when it cannot be mounted
   */
  public void mountSmallDisk() throws IOException {
    disk = SmallDisk.mount(stores());
  }

  /** Whether there is a disk that can be filled up. */
  public boolean hasSmallDisk() {
    return disk != null;
  }

  /** Where jobs keep checkpoints and models. */
  public Path stores() {
    return directory.resolve("stores");
  }

  /** Directory that the broker keeps its partitions in. */
  public Path brokerData() {
    return directory.resolve("kafka");
  }

  /** Where Kafka clients connect. */
  public String bootstrapServers() {
    return HOST + ":" + brokerPort;
  }

  /** Where a job connects, whose link to the broker can fail. */
  public String bootstrapServersOfJobs() {
    return HOST + ":" + linkPort;
  }

  /** Address of the schema registry. */
  public String registryUrl() {
    return registry.url();
  }

  /** Settings of Kafka clients that wait while the broker starts again. */
  public Properties clients() {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", bootstrapServers());
    clients.put("default.api.timeout.ms", "300000"); // on a busy machine
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
   * Kills a process and starts it again. Without high availability, a job manager that was killed
   * has lost its jobs.
   *
   * @param index chooses among the task managers, modulo their number
   */
  public void kill(Victim victim, int index) throws IOException, InterruptedException {
    ChildProcess process = process(victim, index);
    process.kill();
    process.supervise();
  }

  /**
   * Kills the broker and starts it again after a time.
   *
   * @throws InterruptedException when the caller is interrupted meanwhile
   */
  public void takeBrokerAway(int seconds) throws IOException, InterruptedException {
    broker.kill();
    TimeUnit.SECONDS.sleep(seconds);
    broker.supervise();
  }

  /** Holds a process still, chosen as {@link #kill} does; that ends with its kill. */
  public void hold(Victim victim, int index) throws IOException, InterruptedException {
    process(victim, index).hold();
  }

  /** Lets a process go on that is held. */
  public void release(Victim victim, int index) throws IOException, InterruptedException {
    process(victim, index).release();
  }

  /** Changes what the link between jobs and broker does. */
  public void setLink(LinkState state) {
    link.become(state);
  }

  /** Changes how the registry answers. */
  public void setRegistry(RegistryState state) {
    registry.become(state);
  }

  /** Whether a job manager that was killed has its jobs again. */
  public boolean hasHighAvailability() {
    return zooKeeper != null;
  }

  /** Takes all room of the small disk. */
  public void fillDisk() throws IOException {
    disk.fill();
  }

  /** Gives the room of the small disk back. */
  public void freeDisk() throws IOException {
    disk.free();
  }

  /** The number that the log of a task manager has in its name. */
  public int numberOf(int index) {
    return index % taskManagers.size() + 1;
  }

  private ChildProcess process(Victim victim, int index) {
    return switch (victim) {
      case TASK_MANAGER -> taskManagers.get(numberOf(index) - 1);
      case JOB_MANAGER -> jobManager;
      case BROKER -> broker;
    };
  }

  /** Starts all processes again that have ended by themselves. */
  public void supervise() throws IOException {
    broker.supervise();
    jobManager.supervise();
    for (ChildProcess taskManager : taskManagers) {
      taskManager.supervise();
    }
  }

  /** What the first task manager takes of the machine. */
  public Footprint footprint() throws IOException {
    return taskManagers.get(0).footprint();
  }

  @Override
  public void close() {
    taskManagers.forEach(ChildProcess::close);
    jobManager.close();
    if (zooKeeper != null) {
      zooKeeper.close();
    }
    broker.close();
    link.close();
    registry.close();
    if (disk != null) {
      disk.close();
    }
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
