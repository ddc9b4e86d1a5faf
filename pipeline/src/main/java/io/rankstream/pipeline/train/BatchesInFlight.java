package io.rankstream.pipeline.train;

import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;

/**
 * The batches that the training thread has not finished, oldest first, which is the order in which
 * it takes them. Each stream has places of its own: a burst of one stream does not keep the batches
 * of the others out. At most {@code trainer.batches-in-flight} batches of each stream of the
 * subtask are in memory and one that holds the window up. A replica has as many places again for
 * what lies before a barrier; while it waits for an average, it takes what comes: the slowest
 * replica holds the window up.
 */
final class BatchesInFlight extends ArrayDeque<MicroBatch> {

  private static final long serialVersionUID = 1L;

  private final int ofEachModel;

  /**
   * @param ofEachModel places of a model
   */
  BatchesInFlight(int ofEachModel) {
    this.ofEachModel = ofEachModel;
  }

  /** Whether a model has a batch more than places. */
  boolean isOver(StreamKey model) {
    return count(model) > ofEachModel;
  }

  /** Whether a model that is over its places has some left for what lies before a barrier. */
  boolean hasReserve(StreamKey model) {
    return count(model) <= 2L * ofEachModel;
  }

  /** Removes the oldest batch of a model, which is finished. */
  void finished(StreamKey model) {
    Iterator<MicroBatch> batches = iterator();
    while (!batches.next().modelKey().equals(model)) {}
    batches.remove();
  }

  /** The batches of a model, oldest first. */
  List<MicroBatch> of(StreamKey model) {
    return stream().filter(batch -> batch.modelKey().equals(model)).toList();
  }

  private long count(StreamKey model) {
    return stream().filter(batch -> batch.modelKey().equals(model)).count();
  }
}
