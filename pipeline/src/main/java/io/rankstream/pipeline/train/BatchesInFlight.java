package io.rankstream.pipeline.train;

import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import java.util.ArrayDeque;

/**
 * The batches that the training thread has not finished, oldest first, which is the order in which
 * it takes them. Each stream has places of its own: a burst of one stream does not keep the batches
 * of the others out. At most {@code trainer.batches-in-flight} batches of each stream of the
 * subtask are in memory.
 */
final class BatchesInFlight extends ArrayDeque<MicroBatch> {

  private static final long serialVersionUID = 1L;

  private final int ofEachStream;

  /**
   * @param ofEachStream places of a stream
   */
  BatchesInFlight(int ofEachStream) {
    this.ofEachStream = ofEachStream;
  }

  /** Whether all places of a stream are taken. */
  boolean isFull(StreamKey stream) {
    return stream().filter(batch -> batch.key().equals(stream)).count() >= ofEachStream;
  }
}
