package io.rankstream.pipeline.embed;

import java.util.ArrayDeque;
import java.util.Queue;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Input that waits for a decision, in the order of its arrival. */
final class HeldInput<T> {

  private final int capacity;
  private final Queue<StreamRecord<T>> elements = new ArrayDeque<>();

  /**
   * @param capacity elements that it takes
   */
  HeldInput(int capacity) {
    this.capacity = capacity;
  }

  boolean isEmpty() {
    return elements.isEmpty();
  }

  boolean isFull() {
    return elements.size() >= capacity;
  }

  void add(T element) {
    elements.add(new StreamRecord<>(element));
  }

  /** Removes the oldest element. */
  StreamRecord<T> remove() {
    return elements.remove();
  }
}
