package io.rankstream.pipeline.embed;

import ai.djl.Device;
import io.rankstream.model.network.Precision;
import io.rankstream.pipeline.event.VersionPointer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads versions in a thread of its own. While the store fails, or does not have the file yet, it
 * tries again: the embedders wait, as they would for Kafka.
 */
final class VersionLoader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VersionLoader.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final ExecutorService thread =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new ExecutorThreadFactory("version-loader"));

  private final String directory;
  private final Device device;
  private final Precision precision;

  /**
   * @param directory directory of the embedders' weights
   * @param device device of the models
   * @param precision numbers of the backbone
   */
  VersionLoader(String directory, Device device, Precision precision) {
    this.directory = directory;
    this.device = device;
    this.precision = precision;
  }

  /**
   * Starts to load a version. Cancelling the result gives the attempt up; a model that is loaded
   * all the same is closed.
   */
  CompletableFuture<ServedVersion> load(VersionPointer pointer) {
    CompletableFuture<ServedVersion> result = new CompletableFuture<>();
    thread.execute(() -> load(pointer, result));
    return result;
  }

  /** Ends the attempts. */
  @Override
  public void close() throws InterruptedException {
    thread.shutdownNow();
    thread.awaitTermination(PATIENCE.toSeconds() * 10, TimeUnit.SECONDS);
  }

  private void load(VersionPointer pointer, CompletableFuture<ServedVersion> result) {
    Duration pause = FIRST_PAUSE;
    Duration waited = Duration.ZERO;
    boolean told = false;
    while (!result.isDone()) {
      try {
        ServedVersion version = ServedVersion.read(directory, pointer, device, precision);
        if (!result.complete(version)) {
          version.model().close();
        }
        return;
      } catch (IOException e) {
        if (!told && waited.compareTo(PATIENCE) >= 0) {
          told = true;
          LOG.warn(
              "The weights of version {} of stream {} cannot be read, so its images wait; it is tried again until it works. See that all TaskManagers can read embed.directory ({})",
              pointer.version(),
              pointer.stream(),
              directory,
              e);
        }
      } catch (RuntimeException | Error e) {
        result.completeExceptionally(e);
        return;
      }
      try {
        Thread.sleep(pause.toMillis());
      } catch (InterruptedException e) {
        result.cancel(false);
        return;
      }
      waited = waited.plus(pause);
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
  }
}
