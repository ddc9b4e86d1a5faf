package io.rankstream.lab.local;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** A broker of one machine on a fixed port, whose topics and records outlast it. */
public final class LastingKafka implements AutoCloseable {

  private final EmbeddedKafka kafka;
  private final FileChannel lock;

  private LastingKafka(EmbeddedKafka kafka, FileChannel lock) {
    this.kafka = kafka;
    this.lock = lock;
  }

  /**
   * Starts a broker, on the data of an earlier one where there is some.
   *
   * @param directory folder of its data; created when missing
   * @param port port for clients on this machine
   * @throws IOException when the port is taken, or another broker uses the folder
   */
  public static LastingKafka start(Path directory, int port) throws Exception {
    Files.createDirectories(directory);
    requireFree(port);
    FileChannel lock = lock(directory);
    try {
      // The port of the controller is no part of the data: it may be another each time.
      return new LastingKafka(
          EmbeddedKafka.startAt(
              directory.toAbsolutePath().resolve("kafka"), port, FreePorts.one(), Map.of()),
          lock);
    } catch (Exception e) {
      lock.close();
      throw e;
    }
  }

  /** Address for clients. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  @Override
  public void close() throws IOException {
    kafka.close();
    lock.close();
  }

  /**
   * Kafka has a lock of its own, but a second broker finds it only after it has written to the
   * metadata of the first, which then never stops.
   */
  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("in-use.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // the other broker is in this process
    }
    channel.close();
    throw new IOException(
        "Another broker uses %s: stop it, or give this one another --data and --port"
            .formatted(directory));
  }

  /** Kafka would say so too, in a dozen lines. */
  private static void requireFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // connections of an earlier broker may still be closing
      socket.bind(new InetSocketAddress(InetAddress.getByName("localhost"), port));
    } catch (BindException e) {
      throw new IOException(
          "Port %s is taken, perhaps by another Kafka: use that one, or give another --port"
              .formatted(port),
          e);
    }
  }
}
