package io.rankstream.lab.local;

import io.rankstream.pipeline.kafka.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real Kafka broker (KRaft, one node) in this process, configured for little memory. */
public final class EmbeddedKafka implements AutoCloseable {

  private static final int START_ATTEMPTS = 5;

  private final KafkaRaftServer server;
  private final Path data;
  private final int port;

  private EmbeddedKafka(KafkaRaftServer server, Path data, int port) {
    this.server = server;
    this.data = data;
    this.port = port;
  }

  /**
   * Starts a broker on free ports.
   *
   * @param directory folder of its data; created when missing
   * @param overrides broker properties that win over the defaults
   */
  public static EmbeddedKafka start(Path directory, Map<String, String> overrides)
      throws Exception {
    return start(directory, overrides, List.of());
  }

  /**
   * Starts a broker on free ports with users that can log in from the start.
   *
   * @param directory folder of its data; created when missing
   * @param overrides broker properties that win over the defaults; the listener is CLIENTS
   * @param users in the syntax of kafka-storage: SCRAM-SHA-512=[name=NAME,password=PASSWORD]
   */
  public static EmbeddedKafka start(
      Path directory, Map<String, String> overrides, List<String> users) throws Exception {
    for (int attempt = 1; ; attempt++) {
      List<Integer> ports = FreePorts.distinct(2);
      try {
        return start(
            directory.resolve("broker-" + attempt), ports.get(0), ports.get(1), overrides, users);
      } catch (KafkaException e) {
        // Another process can take a port between the probe and the bind.
        if (attempt == START_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Starts a broker on given ports, or restarts one on its data.
   *
   * @param directory folder of its data; created when missing
   * @param port port for clients
   * @param controllerPort port between broker and controller, both of this process
   * @param overrides broker properties that win over the defaults
   */
  public static EmbeddedKafka startAt(
      Path directory, int port, int controllerPort, Map<String, String> overrides)
      throws Exception {
    return start(directory, port, controllerPort, overrides, List.of());
  }

  private static EmbeddedKafka start(
      Path directory,
      int port,
      int controllerPort,
      Map<String, String> overrides,
      List<String> users)
      throws Exception {
    Properties properties = properties(directory, port, controllerPort);
    properties.putAll(overrides);
    if (!Files.exists(directory.resolve("meta.properties"))) { // a restart keeps the cluster's id
      format(directory, users);
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      throw e;
    }

    return new EmbeddedKafka(server, directory, port);
  }

  /** Directory that the broker keeps its partitions in. */
  public Path data() {
    return data;
  }

  /** Address for clients. */
  public String bootstrapServers() {
    return "localhost:" + port;
  }

  /** Settings of a client without a login. */
  public Properties clients() {
    Properties clients = new Properties();
    clients.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers());
    return clients;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path directory, List<String> users) throws Exception {
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(1)
        .setDirectories(List.of(directory.toString()))
        .setMetadataLogDirectory(directory.toString())
        .setControllerListenerName("CONTROLLER")
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setIgnoreFormatted(true)
        .setScramArguments(users)
        .run();
  }

  private static Properties properties(Path directory, int port, int controllerPort)
      throws IOException {
    Properties properties = new Properties();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("controller.quorum.voters", "1@localhost:" + controllerPort);
    properties.put(
        "listeners",
        "CLIENTS://localhost:%s,CONTROLLER://localhost:%s".formatted(port, controllerPort));
    properties.put("advertised.listeners", "CLIENTS://localhost:" + port);
    properties.put("listener.security.protocol.map", "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("inter.broker.listener.name", "CLIENTS");
    properties.put("log.dirs", directory.toString());
    properties.put("auto.create.topics.enable", "false");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("message.max.bytes", Integer.toString(Topics.MAX_RECORD_BYTES));
    properties.put("replica.fetch.max.bytes", Integer.toString(Topics.MAX_RECORD_BYTES));
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "4");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "4");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("log.cleaner.dedupe.buffer.size", "2097152"); // 128 MB of heap by default
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "2");
    properties.put("background.threads", "2");
    return properties;
  }
}
