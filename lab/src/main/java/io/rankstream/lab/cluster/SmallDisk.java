package io.rankstream.lab.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A disk in memory that can be filled up. It is mounted, which takes Linux and the rights of root.
 */
final class SmallDisk implements AutoCloseable {

  private static final String SIZE = "512m";
  private static final int CHUNK_BYTES = 1 << 20;
  private static final long PATIENCE_SECONDS = 30;

  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
    // It must not stay when this process is ended from outside.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "small-disk-cleanup"));
  }

  /**
   * Mounts a disk.
   *
   * @param directory where; created when missing
   * @throws IOException when it cannot be mounted
   */
  static SmallDisk mount(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (!succeeds(
        "mount", "-t", "tmpfs", "-o", "size=" + SIZE, "rankstream-chaos", directory.toString())) {
      throw new IOException(
          "No disk could be mounted at %s, which takes Linux and the rights of root"
              .formatted(directory));
    }
    return new SmallDisk(directory);
  }

  /** Takes all room that is left. */
  void fill() throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast())) {
      byte[] chunk = new byte[CHUNK_BYTES];
      while (true) {
        out.write(chunk);
      }
    } catch (IOException e) {
      if (directory.toFile().getUsableSpace() > CHUNK_BYTES) {
        throw e;
      }
    }
  }

  /** Gives the room back. */
  void free() throws IOException {
    Files.deleteIfExists(ballast());
  }

  @Override
  public void close() {
    try {
      // Lazily: processes that are about to end may hold files of it.
      if (Files.exists(directory)) {
        succeeds("umount", "-l", directory.toString());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path ballast() {
    return directory.resolve("ballast");
  }

  private static boolean succeeds(String... command) throws IOException {
    Process process =
        new ProcessBuilder(List.of(command))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for " + command[0], e);
    }
  }
}
