package io.rankstream.pipeline.publish;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.metrics.Counter;

/**
 * What is captured and waits to be written: the newest of each stream. An older one that was not
 * written is dropped. Used in the task thread alone.
 */
final class NewestOfEach<T extends NewestOfEach.Captured> {

  /** A capture of a stream's model, which holds memory until it is closed. */
  interface Captured extends AutoCloseable {

    /** Stream of the model. */
    String stream();

    @Override
    void close();
  }

  private final Counter replaced;
  private final Map<String, T> waiting = new LinkedHashMap<>();

  /**
   * @param replaced counts the captures that are dropped
   */
  NewestOfEach(Counter replaced) {
    this.replaced = replaced;
  }

  /** Adds a capture in the place of an older one. */
  void add(T captured) {
    T older = waiting.put(captured.stream(), captured);
    if (older != null) {
      drop(older);
    }
  }

  /** Lets a capture that could not be written wait again, unless a newer one does. */
  void putBack(T captured) {
    if (waiting.putIfAbsent(captured.stream(), captured) != null) {
      drop(captured);
    }
  }

  /** The task for the capture that has waited longest, which it takes over; null for none. */
  StoreTask next(Function<T, StoreTask> task) {
    if (waiting.isEmpty()) {
      return null;
    }

    String stream = waiting.keySet().iterator().next();
    return task.apply(waiting.remove(stream));
  }

  int size() {
    return waiting.size();
  }

  /** Drops all. */
  void clear() {
    waiting.values().forEach(Captured::close);
    waiting.clear();
  }

  private void drop(T captured) {
    captured.close();
    replaced.inc();
  }
}
