package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.lab.audit.Origin;
import io.rankstream.lab.audit.Reconciliation;
import io.rankstream.lab.audit.SentBytes;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.commons.codec.digest.MessageDigestAlgorithms;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Compares the input of a job with its output. It is given all records of all topics, those of a
 * topic in their order and the metrics before the embeddings, and judges them; {@link TopicAudit}
 * reads them from Kafka.
 *
 * <p>A job that went back to an older state embeds images and takes steps again, in another
 * lineage. That is one fault, and not a double for each image and step.
 */
final class Auditor {

  private final EmbeddingAudit embeddings;
  private final Reconciliation<Origin> letters = new Reconciliation<>();
  private final Map<Origin, SentBytes> damaged = new HashMap<>();
  private final List<String> altered = new ArrayList<>();
  private final Timelines timelines = new Timelines();
  private final Map<String, String> models = new TreeMap<>();
  private final List<String> foreign = new ArrayList<>();
  private final Returns returns = new Returns();
  private final Set<Origin> gone = new HashSet<>();
  private final boolean lettersCameBack;

  /** An auditor of a run whose dead letters stay where they are. */
  Auditor() {
    this(new LiveEmbeddings(), false);
  }

  private Auditor(EmbeddingAudit embeddings, boolean lettersCameBack) {
    this.embeddings = embeddings;
    this.lettersCameBack = lettersCameBack;
  }

  /** An auditor of a run whose dead letters must all have come back to the input, each once. */
  static Auditor afterReturn() {
    return new Auditor(new LiveEmbeddings(), true);
  }

  /** The same for a job that embeds in epochs. */
  static Auditor ofEpochsAfterReturn() {
    return new Auditor(new EpochEmbeddings(), true);
  }

  /**
   * Takes an input record: an image, whose embedding must come, a deletion, whose tombstone must
   * come, or a damaged record, whose dead letter must come, with all its bytes.
   */
  void addInput(ConsumerRecord<byte[], byte[]> record) {
    boolean isReturn = record.headers().lastHeader(RedrivenCount.HEADER) != null;
    if (isReturn) {
      returns.found(record);
    }
    Optional<RecordKey> deleted =
        record.value() == null ? RecordKey.parse(record.key()) : Optional.empty();
    Optional<LabeledImage> image = image(record.value());
    if (deleted.isPresent()) {
      embeddings.deleted(Origin.of(record), deleted.get());
    } else if (image.isPresent()) {
      embeddings.sent(Origin.of(record), key(image.get()));
    } else {
      embeddings.damaged(Origin.of(record), record.key());
      letters.expect(Origin.of(record));
      damaged.put(Origin.of(record), SentBytes.of(record));
      if (lettersCameBack && !isReturn) {
        returns.expected(record);
      }
    }
  }

  /** Takes an input record that will leave its topic: a letter may point to it no longer. */
  void addDeletedInput(ConsumerRecord<byte[], byte[]> record) {
    addInput(record);
    gone.add(Origin.of(record));
  }

  private static RecordKey key(LabeledImage image) {
    return new RecordKey(image.getStream(), image.getImageId());
  }

  /** Empty for a record that is damaged, or has no value. */
  private static Optional<LabeledImage> image(byte[] value) {
    try {
      if (value == null) {
        return Optional.empty();
      }
      return RegisteredImage.isIn(value)
          ? RegisteredImage.open(value)
          : Optional.of(LabeledImage.getDecoder().decode(value));
    } catch (IOException | AvroRuntimeException e) {
      return Optional.empty();
    }
  }

  /** Takes an embedding. */
  void add(ImageEmbedding embedding) {
    embeddings.embedded(embedding, timelines.of(embedding.getStream(), embedding.getLineage()));
  }

  /** Takes what one transaction wrote to a partition of the embeddings topic. */
  void add(CommittedTransaction transaction) throws IOException {
    embeddings.committed(transaction);
  }

  /** Takes a tombstone of the embeddings topic. */
  void addTombstone(RecordKey image) {
    embeddings.tombstone(image);
  }

  /** Takes the metrics of a training step, which must follow the step before in its lineage. */
  void add(TrainingMetrics metrics) {
    timelines.add(metrics);
  }

  /** Takes a dead letter. */
  void add(DeadLetter letter) {
    Origin origin = Origin.of(letter);
    letters.find(origin);
    SentBytes sent = damaged.get(origin);
    if (sent != null && !sent.cameBackIn(letter)) {
      altered.add(origin.toString());
    }
    if (sent != null && !letter.getComplete() && gone.contains(origin)) {
      returns.excuse(sent);
    }
  }

  /** Takes the announcement of a published model and compares it with the file. */
  void add(ModelVersion version) {
    if (version.getEpoch() != null) { // its file is gone when later epochs are complete
      embeddings.marked(version);
      return;
    }
    if (version.getDrift() != null) { // a measurement, which announces no model
      return;
    }

    models.put(version.getStream(), digestOfWeights(version.getUri()));
    String found = digestOfFile(version.getUri());
    if (!found.equals(version.getSha256())) {
      foreign.add(
          "%s: announced %s, file %s has %s"
              .formatted(version.getStream(), version.getSha256(), version.getUri(), found));
    }
  }

  /** Judges everything that was given. */
  Audit audit() {
    Map<AuditFault, List<String>> faults = new EnumMap<>(AuditFault.class);
    embeddings.faults().forEach((fault, places) -> note(faults, fault, places));
    note(faults, AuditFault.STEP_GAP, timelines.gaps());
    note(faults, AuditFault.STEP_REPEAT, timelines.repeats());
    note(faults, AuditFault.ROLLED_BACK, timelines.rollbacks());
    note(faults, AuditFault.MISSING_LETTER, letters.missing());
    note(faults, AuditFault.REPEATED_LETTER, letters.repeated());
    note(faults, AuditFault.WRONG_LETTER, letters.unexpected());
    note(faults, AuditFault.ALTERED_LETTER, altered);
    note(faults, AuditFault.LOST_RETURN, returns.lost());
    note(faults, AuditFault.REPEATED_RETURN, returns.repeated());
    note(faults, AuditFault.FOREIGN_WEIGHTS, foreign);
    return new Audit(
        embeddings.images(),
        letters.expectedKeys(),
        embeddings.records(),
        timelines.lastSteps(),
        Map.copyOf(models),
        embeddings.epochs(),
        faults);
  }

  private static void note(Map<AuditFault, List<String>> faults, AuditFault fault, List<?> places) {
    if (!places.isEmpty()) {
      faults.put(fault, places.stream().map(Object::toString).toList());
    }
  }

  /**
   * SHA-256 of what follows the header of a safetensors file: the header names the lineage, which
   * no two runs share.
   */
  private static String digestOfWeights(String uri) {
    try (InputStream in = Files.newInputStream(Path.of(URI.create(uri)))) {
      byte[] length = in.readNBytes(Long.BYTES);
      in.skipNBytes(ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
      return new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(in);
    } catch (IOException | BufferUnderflowException e) {
      return "no readable weights (%s)".formatted(e);
    }
  }

  private static String digestOfFile(String uri) {
    try {
      return new DigestUtils(MessageDigestAlgorithms.SHA_256).digestAsHex(Path.of(URI.create(uri)));
    } catch (IOException e) {
      return "no readable content (%s)".formatted(e);
    }
  }
}
