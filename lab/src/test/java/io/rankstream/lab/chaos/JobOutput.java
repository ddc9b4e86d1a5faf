package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.LetterHeader;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Input and output records of a job for the tests of its audit. */
final class JobOutput {

  private JobOutput() {}

  static byte[] image(String id) throws IOException {
    return image("stream-0", id);
  }

  static byte[] image(String stream, String id) throws IOException {
    return ImageEnvelope.seal(
        LabeledImage.newBuilder()
            .setImageId(id)
            .setStream(stream)
            .setLabel("cat")
            .setImage(ByteBuffer.wrap(new byte[100]))
            .setEventTime(Instant.EPOCH)
            .build());
  }

  static byte[] unlabeledImage(String id) throws IOException {
    LabeledImage image = LabeledImage.getDecoder().decode(image(id));
    image.setLabel(null);
    return ImageEnvelope.seal(image);
  }

  /** A record of the input topic with a key and a header, as the audit reads it. */
  static ConsumerRecord<byte[], byte[]> record(Origin origin, byte[] value) {
    return record(origin, new byte[] {1}, value);
  }

  static ConsumerRecord<byte[], byte[]> record(Origin origin, byte[] key, byte[] value) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(origin.topic(), origin.partition(), origin.offset(), key, value);
    record.headers().add("trace", new byte[] {2});
    return record;
  }

  static byte[] damagedImage(String id) throws IOException {
    return Arrays.copyOf(image(id), 40);
  }

  /** An embedding of an image that the job trains on, which was embedded before. */
  static ImageEmbedding again(String id, long version) {
    ImageEmbedding embedding = embedding(id, version);
    embedding.setTrained(true);
    return embedding;
  }

  /** An embedding of an image that arrived; its origin is the same for all. */
  static ImageEmbedding embedding(String id, long version) {
    return embedding("stream-0", id, version);
  }

  static ImageEmbedding embedding(String stream, String id, long version) {
    return ImageEmbedding.newBuilder(Records.embedding(0, "cat", version, 0.5f))
        .setStream(stream)
        .setImageId(id)
        .setTrained(false)
        .build();
  }

  static ImageEmbedding embedding(String id, long version, String lineage) {
    ImageEmbedding embedding = embedding(id, version);
    embedding.setLineage(lineage);
    return embedding;
  }

  /** An embedding of an image without label, in the first lineage. */
  static ImageEmbedding unlabeled(String id, long version) {
    return unlabeled(id, version, "");
  }

  static ImageEmbedding unlabeled(String id, long version, String lineage) {
    ImageEmbedding embedding = embedding(id, version, lineage);
    embedding.setLabel(null);
    return embedding;
  }

  /** A step of the first lineage. */
  static TrainingMetrics step(String stream, long step) {
    return step(stream, step, "");
  }

  static TrainingMetrics step(String stream, long step, String lineage) {
    return TrainingMetrics.newBuilder(Records.step(step, 1, Map.of()))
        .setStream(stream)
        .setLineage(lineage)
        .build();
  }

  /** The letter that returns a record with all its bytes. */
  static DeadLetter letter(ConsumerRecord<byte[], byte[]> record) {
    return DeadLetter.newBuilder(letter(Origin.of(record)))
        .setKey(record.key() == null ? null : ByteBuffer.wrap(record.key()))
        .setValue(record.value() == null ? null : ByteBuffer.wrap(record.value()))
        .setHeaders(
            Arrays.stream(record.headers().toArray())
                .map(header -> new LetterHeader(header.key(), ByteBuffer.wrap(header.value())))
                .toList())
        .build();
  }

  /** A letter of a record, without its bytes. */
  static DeadLetter letter(Origin origin) {
    return DeadLetter.newBuilder(Records.letter("ENVELOPE_INVALID", "", origin.offset()))
        .setSourceTopic(origin.topic())
        .setSourcePartition(origin.partition())
        .build();
  }

  static ModelVersion version(String stream, URI file, String sha256) {
    return ModelVersion.newBuilder(Records.version(3))
        .setStream(stream)
        .setUri(file.toString())
        .setSha256(sha256)
        .build();
  }

  static String sha256(Path file) throws IOException {
    return DigestUtils.sha256Hex(Files.readAllBytes(file));
  }
}
