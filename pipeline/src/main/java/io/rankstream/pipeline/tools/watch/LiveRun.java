package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;

/** Figures from the output topics of a job, in bounded memory. Thread-safe. */
final class LiveRun {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_STREAMS = 16;
  private static final long ARRIVING_MILLIS = 5000;
  private static final String KAFKA = "Kafka";

  private final Map<String, LiveStream> streams = new TreeMap<>();
  private final Map<String, String> problems = new TreeMap<>();
  private final LiveLetters letters = new LiveLetters();
  private final InputProgress input = new InputProgress();
  private final Clock clock;
  private boolean kafkaAnswers = true;
  private Long waiting;
  private long arrivedAt;

  LiveRun() {
    this(Clock.systemUTC());
  }

  /**
   * @param clock tells when records arrive
   */
  LiveRun(Clock clock) {
    this.clock = clock;
  }

  /**
   * Adds a record of any output topic.
   *
   * @param place where it stands
   */
  void add(SpecificRecord record, Place place) {
    long now = clock.millis();
    synchronized (this) {
      arrivedAt = now;
    }
    if (record instanceof ImageEmbedding embedding) {
      synchronized (this) {
        Place source = Place.source(embedding);
        input.embedded(source.partition(), source.offset());
      }
      open(embedding.getStream()).ifPresent(stream -> stream.add(embedding));
    } else if (record instanceof TrainingMetrics metrics) {
      open(metrics.getStream()).ifPresent(stream -> stream.add(metrics, now));
    } else if (record instanceof ModelVersion version) {
      open(version.getStream()).ifPresent(stream -> stream.add(version));
    } else if (record instanceof DeadLetter letter) {
      synchronized (this) {
        Place source = Place.source(letter);
        input.rejected(source.partition(), source.offset(), letters.add(letter, place));
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

  /** Kafka answered. */
  synchronized void kafkaAnswers() {
    kafkaAnswers = true;
    problems.remove(KAFKA);
  }

  /** Kafka did not answer. */
  synchronized void kafkaIsAway(String problem) {
    kafkaAnswers = false;
    problems.put(KAFKA, problem);
  }

  /** Sets the number of input records without a result; null when it is not known. */
  synchronized void waiting(Long records) {
    waiting = records;
  }

  /** For each partition of the input, the offset after the last record that has a result. */
  synchronized Map<TopicPartition, Long> inputDone() {
    return input.next();
  }

  /** A dead letter that the page shows; empty when newer ones have taken its place. */
  synchronized Optional<LiveLetters.Shown> letter(long key) {
    return letters.letter(key);
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
    root.put("now", clock.millis());
    synchronized (this) {
      streams.keySet().forEach(root.putArray("streams")::add);
      ArrayNode troubles = root.putArray("problems");
      problems.forEach((topic, problem) -> troubles.add(topic + ": " + problem));
      ObjectNode dead = root.putObject("deadLetters");
      letters.writeTo(dead, input.rejectedShares());
      dead.put("share", input.rejectedShare());
      root.put("waiting", waiting);
    }
    Optional<LiveStream> shown = stream(name);
    shown.ifPresent(stream -> stream.writeTo(root.putObject("stream")));
    Health health = health(shown);
    root.putObject("health").put("state", health.state().name()).put("words", health.words());
    return root;
  }

  private synchronized Health health(Optional<LiveStream> stream) {
    long now = clock.millis();
    return Health.of(
        new Health.Facts(
            kafkaAnswers,
            stream.map(each -> each.lastStep(now)).orElse(null),
            waiting,
            now - arrivedAt < ARRIVING_MILLIS));
  }

  private synchronized Optional<LiveStream> open(String name) {
    if (streams.size() < MAX_STREAMS) {
      streams.computeIfAbsent(name, key -> new LiveStream());
    }
    return Optional.ofNullable(streams.get(name));
  }
}
