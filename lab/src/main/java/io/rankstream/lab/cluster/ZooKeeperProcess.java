package io.rankstream.lab.cluster;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The ZooKeeper that Flink brings along, where job managers keep their jobs. */
final class ZooKeeperProcess implements AutoCloseable {

  private final ChildProcess process;
  private final int port;
  private final URI storage;

  /**
   * Starts the process.
   *
   * @param directory for its data, its log and what job managers store
   * @param port port that it listens on
   */
  ZooKeeperProcess(Path directory, int port) throws IOException {
    this.port = port;
    this.storage = directory.resolve("high-availability").toUri();
    Path data = Files.createDirectories(directory.resolve("zookeeper"));
    Path settings = data.resolve("zoo.cfg");
    Files.writeString(
        settings,
        """
        tickTime=1000
        initLimit=10
        syncLimit=5
        dataDir=%s
        clientPort=%d
        clientPortAddress=localhost
        admin.enableServer=false
        server.1=localhost
        """
            .formatted(data, port));
    process =
        new ChildProcess(
            directory.resolve("zookeeper.log"),
            List.of("-Xmx128m"),
            "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
            List.of("--zkConfigFile", settings.toString(), "--peerId", "1"));
  }

  /** What Flink's processes must be told. */
  String settings() {
    return """
        high-availability.type: zookeeper
        high-availability.zookeeper.quorum: localhost:%d
        high-availability.zookeeper.client.session-timeout: 12 s
        high-availability.storageDir: %s
        """
        .formatted(port, storage);
  }

  @Override
  public void close() {
    process.close();
  }
}
