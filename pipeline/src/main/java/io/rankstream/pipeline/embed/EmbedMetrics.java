package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.metrics.DeadLetterCounters;
import io.rankstream.schemas.DeadLetter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/** Metrics of an embedder and of each stream in it. */
final class EmbedMetrics {

  private final MetricGroup operator;
  private final Counter embeddings;
  private final Counter deletions;
  private final Counter forgotten;
  private final Counter heldMillis;
  private final Counter swept;
  private final Counter superseded;
  private final DeadLetterCounters deadLetters;
  private final Map<String, StreamEmbedMetrics> streams = new HashMap<>();

  /**
   * @param operator the operator's metric group
   * @param versions returns the number of versions in memory
   */
  EmbedMetrics(MetricGroup operator, IntSupplier versions) {
    this.operator = operator;
    this.embeddings = operator.counter("numEmbeddings");
    this.deletions = operator.counter("numEmbeddingsDeleted");
    this.forgotten = operator.counter("numImagesForgottenOnTheWay");
    this.swept = operator.counter("numImagesSwept");
    this.superseded = operator.counter("numImagesSuperseded");
    this.heldMillis = operator.counter("heldMsTotal");
    this.deadLetters = new DeadLetterCounters(operator);
    operator.gauge("versionsInMemory", (Gauge<Integer>) versions::getAsInt);
  }

  void embedded(String stream, List<ImageInput> images, ServedVersion version) {
    embeddings.inc(images.size());
    stream(stream).embedded(images, version);
  }

  /** Images were embedded with a version that does not serve yet. */
  void embeddedBeside(int images) {
    embeddings.inc(images);
  }

  void told(VersionPointer pointer) {
    stream(pointer.stream()).told(pointer.version());
  }

  void deleted() {
    deletions.inc();
  }

  void forgotten() {
    forgotten.inc();
  }

  /** An image of the input topic is embedded again, for an epoch. */
  void swept() {
    swept.inc();
  }

  /** An image of the input topic is not embedded again: it changed since the epoch opened. */
  void superseded() {
    superseded.inc();
  }

  void rejected(DeadLetter letter) {
    deadLetters.count(letter);
  }

  /** Adds a time in which nothing was emitted, since it was not known which version counts. */
  void held(long nanos) {
    heldMillis.inc(nanos / 1_000_000);
  }

  /** Marks the end of the embeddings that a checkpoint commits. */
  void barrier(long checkpointId) {
    streams.values().forEach(stream -> stream.barrier(checkpointId));
  }

  /** Marks the embeddings before a complete checkpoint's barrier as committed. */
  void committed(long checkpointId, Instant now) {
    streams.values().forEach(stream -> stream.committed(checkpointId, now.toEpochMilli()));
  }

  private StreamEmbedMetrics stream(String stream) {
    return streams.computeIfAbsent(stream, name -> new StreamEmbedMetrics(operator, name));
  }
}
