package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** Figures from the output topics of a job, in bounded memory. Thread-safe. */
final class LiveRun {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_STREAMS = 16;

  private final Map<String, LiveStream> streams = new TreeMap<>();
  private final Map<String, String> problems = new TreeMap<>();
  private final LiveLetters letters = new LiveLetters();

  /** Adds a record of any output topic. */
  void add(SpecificRecord record) {
    if (record instanceof ImageEmbedding embedding) {
      open(embedding.getStream()).ifPresent(stream -> stream.add(embedding));
    } else if (record instanceof TrainingMetrics metrics) {
      open(metrics.getStream()).ifPresent(stream -> stream.add(metrics));
    } else if (record instanceof ModelVersion version) {
      open(version.getStream()).ifPresent(stream -> stream.add(version));
    } else if (record instanceof DeadLetter letter) {
      synchronized (this) {
        letters.add(letter);
      }
    }
  }

  /** Takes an image that was deleted out of the sample of its stream. */
  void forget(RecordKey image) {
    Optional<LiveStream> stream;
    synchronized (this) {
      stream = Optional.ofNullable(streams.get(image.stream()));
    }
    stream.ifPresent(known -> known.forget(image.imageId()));
  }

  /** Sets the problem of a topic; null clears it. */
  synchronized void problem(String topic, String problem) {
    if (problem == null) {
      problems.remove(topic);
    } else {
      problems.put(topic, problem);
    }
  }

  /** A stream by name; the first one when the name is null. */
  synchronized Optional<LiveStream> stream(String name) {
    return name == null
        ? streams.values().stream().findFirst()
        : Optional.ofNullable(streams.get(name));
  }

  /**
   * The figures as JSON, without the embedding map.
   *
   * @param name the stream to show, or null for the first
   */
  ObjectNode json(String name) {
    ObjectNode root = JSON.createObjectNode();
    root.put("now", System.currentTimeMillis());
    synchronized (this) {
      streams.keySet().forEach(root.putArray("streams")::add);
      ArrayNode troubles = root.putArray("problems");
      problems.forEach((topic, problem) -> troubles.add(topic + ": " + problem));
      letters.writeTo(root.putObject("deadLetters"));
    }
    stream(name).ifPresent(stream -> stream.writeTo(root.putObject("stream")));
    return root;
  }

  private synchronized Optional<LiveStream> open(String name) {
    if (streams.size() < MAX_STREAMS) {
      streams.computeIfAbsent(name, key -> new LiveStream());
    }
    return Optional.ofNullable(streams.get(name));
  }
}
