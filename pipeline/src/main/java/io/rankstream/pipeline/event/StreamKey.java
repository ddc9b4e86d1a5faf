package io.rankstream.pipeline.event;

import java.util.Comparator;

/**
 * The key of the window and of the trainer: a stream, with a number that decides on its key group.
 * By its name alone a stream would have a random key group, and with few streams some subtasks
 * would have two and others none. A stream keeps its salt as long as its state lives.
 *
 * @param stream name of the stream
 * @param salt hash code of the key
 */
public record StreamKey(String stream, int salt) implements Comparable<StreamKey> {

  private static final Comparator<StreamKey> ORDER =
      Comparator.comparing(StreamKey::stream).thenComparing(StreamKey::salt);

  @Override
  public int compareTo(StreamKey other) {
    return ORDER.compare(this, other);
  }

  /** The salt: Flink derives the key group from the hash code alone. */
  @Override
  public int hashCode() {
    return salt;
  }

  /** Whether both fields are equal. */
  @Override
  public boolean equals(Object other) {
    return other instanceof StreamKey key && key.salt == salt && key.stream.equals(stream);
  }
}
