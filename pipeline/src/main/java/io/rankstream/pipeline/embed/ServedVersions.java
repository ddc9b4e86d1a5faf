package io.rankstream.pipeline.embed;

import ai.djl.Device;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.Lineage;
import io.rankstream.pipeline.start.StartingWeights;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.flink.util.ExceptionUtils;

/** The versions that an embedder has in memory. Used in the task thread alone. */
final class ServedVersions implements AutoCloseable {

  private final JobConfig config;
  private final Device device;
  private final JobStart start;
  private final VersionLoader loader;
  private final Map<VersionPointer, CompletableFuture<ServedVersion>> versions = new HashMap<>();
  private StartingWeights starting; // made when a stream first needs it

  /**
   * @param start the present start of the job
   * @param loader closed with this
   */
  ServedVersions(JobConfig config, Device device, JobStart start, VersionLoader loader) {
    this.config = config;
    this.device = device;
    this.start = start;
    this.loader = loader;
  }

  /** Starts to load versions that are not there. */
  void prefetch(Collection<VersionPointer> pointers) {
    pointers.forEach(pointer -> versions.computeIfAbsent(pointer, loader::load));
  }

  /** A version, as soon as it is loaded. */
  ServedVersion get(VersionPointer pointer) throws InterruptedException {
    try {
      return versions.computeIfAbsent(pointer, loader::load).get();
    } catch (ExecutionException e) {
      ExceptionUtils.rethrow(e.getCause());
      throw new IllegalStateException(e);
    }
  }

  /**
   * The version that a stream starts with: the same weights for all streams, as the trainer has
   * them before its first step.
   */
  ServedVersion starting(String stream) {
    if (starting == null) {
      starting = StartingWeights.of(config, device);
    }
    return new ServedVersion(
        starting.trainer().spaceId(stream),
        Lineage.child(starting.parent(), starting.parentVersion(), start).id(),
        0,
        starting.trainer().served());
  }

  /** Frees what is not needed any more. */
  void retain(Set<VersionPointer> needed, boolean starting) {
    versions
        .entrySet()
        .removeIf(
            entry -> {
              boolean drop = !needed.contains(entry.getKey());
              if (drop) {
                close(entry.getValue());
              }
              return drop;
            });
    if (!starting) {
      closeStarting();
    }
  }

  /** Versions in memory. */
  int size() {
    return versions.size();
  }

  @Override
  public void close() throws InterruptedException {
    loader.close();
    versions.values().forEach(ServedVersions::close);
    versions.clear();
    closeStarting();
  }

  private void closeStarting() {
    if (starting != null) {
      starting.trainer().close();
      starting = null;
    }
  }

  private static void close(CompletableFuture<ServedVersion> version) {
    version.cancel(false);
    if (!version.isCompletedExceptionally()) {
      version.join().model().close();
    }
  }
}
