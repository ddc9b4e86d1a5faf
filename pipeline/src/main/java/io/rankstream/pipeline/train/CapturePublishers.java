package io.rankstream.pipeline.train;

import io.rankstream.pipeline.publish.CapturedVersion;
import io.rankstream.pipeline.publish.PointerPublisher;
import io.rankstream.pipeline.publish.VersionPublisher;

/**
 * Where the captures of the models go: to be published, and to the embedders. Used in the task
 * thread alone.
 *
 * @param versions publishes versions
 * @param pointers hands versions to the embedders
 */
record CapturePublishers(VersionPublisher versions, PointerPublisher pointers)
    implements AutoCloseable {

  /** Takes what was captured after a step. */
  void offer(Captures captures) {
    captures.version().ifPresent(versions::offer);
    captures.forEmbedders().ifPresent(pointers::offer);
  }

  /** Takes a version that is published at the end of the input. */
  void offerLast(CapturedVersion captured) {
    versions.offer(captured);
  }

  /** Marks what the next checkpoint contains; called before its barrier is emitted. */
  void barrier(long checkpoint) {
    versions.barrier(checkpoint);
    pointers.barrier(checkpoint);
  }

  /** Acts on a complete checkpoint. */
  void completed(long checkpoint) {
    versions.completed(checkpoint);
    pointers.completed(checkpoint);
  }

  /** Publishes what there is without a further checkpoint; the embedders adopt nothing more. */
  void end() {
    pointers.end();
    versions.end();
  }

  /** Whether all versions to publish are announced, or wait for a checkpoint. */
  boolean isIdle() {
    return versions.isIdle();
  }

  @Override
  public void close() throws InterruptedException {
    try (pointers) {
      versions.close();
    }
  }
}
