package io.rankstream.lab.chaos;

import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.AvroRuntimeException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads the topics of a job as any read_committed consumer does and compares what went in with what
 * came out.
 */
final class Auditor {

  private final TopicTail tail;
  private final TopicNames topics;

  /**
   * @param clients Kafka client settings
   */
  Auditor(Properties clients, TopicNames topics) {
    this.tail = new TopicTail(clients);
    this.topics = topics;
  }

  /** Audits a job that has taken all its input. */
  Audit audit() {
    Set<String> accepted = new HashSet<>();
    Set<String> damaged = new HashSet<>();
    read(
        topics.images(),
        record -> {
          try {
            accepted.add(LabeledImage.getDecoder().decode(record.value()).getImageId());
          } catch (IOException | AvroRuntimeException e) {
            damaged.add(record.partition() + "@" + record.offset());
          }
        });

    Map<String, Integer> embeddings = new HashMap<>();
    Set<String> embedded = new HashSet<>();
    read(
        topics.embeddings(),
        record -> {
          ImageEmbedding embedding =
              decode(() -> ImageEmbedding.getDecoder().decode(record.value()));
          embedded.add(embedding.getImageId());
          embeddings.merge(
              embedding.getImageId() + "@" + embedding.getModelVersion(), 1, Integer::sum);
        });

    Map<String, Long> steps = new TreeMap<>();
    long[] outOfOrder = new long[1];
    read(
        topics.metrics(),
        record -> {
          TrainingMetrics metrics =
              decode(() -> TrainingMetrics.getDecoder().decode(record.value()));
          Long before = steps.put(metrics.getStream(), metrics.getStep());
          outOfOrder[0] += metrics.getStep() == (before == null ? 0 : before) + 1 ? 0 : 1;
        });

    Map<String, Integer> letters = new HashMap<>();
    read(
        topics.deadLetters(),
        record -> {
          DeadLetter letter = decode(() -> DeadLetter.getDecoder().decode(record.value()));
          letters.merge(
              letter.getSourcePartition() + "@" + letter.getSourceOffset(), 1, Integer::sum);
        });

    Map<String, String> models = new TreeMap<>();
    read(
        topics.modelVersions(),
        record -> {
          ModelVersion version = decode(() -> ModelVersion.getDecoder().decode(record.value()));
          models.put(version.getStream(), version.getSha256());
        });

    Set<String> missing = new HashSet<>(accepted);
    missing.removeAll(embedded);
    Set<String> unknown = new HashSet<>(embedded);
    unknown.removeAll(accepted);
    Set<String> unanswered = new HashSet<>(damaged);
    unanswered.removeAll(letters.keySet());
    Set<String> wrongly = new HashSet<>(letters.keySet());
    wrongly.removeAll(damaged);
    return new Audit(
        accepted.size(),
        damaged.size(),
        embeddings.size(),
        Map.copyOf(steps),
        missing.size(),
        unknown.size(),
        repeats(embeddings),
        outOfOrder[0],
        unanswered.size(),
        wrongly.size(),
        repeats(letters),
        Map.copyOf(models));
  }

  private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    tail.read(
        topic,
        true,
        () -> false,
        record -> {
          reader.accept(record);
          return true;
        });
  }

  private static long repeats(Map<String, Integer> counts) {
    return counts.values().stream().filter(count -> count > 1).count();
  }

  private interface Decoding<T> {
    T decode() throws IOException;
  }

  private static <T> T decode(Decoding<T> decoding) {
    try {
      return decoding.decode();
    } catch (IOException e) {
      throw new UncheckedIOException("An output topic holds a record that is none of the job's", e);
    }
  }
}
