package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
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

  static byte[] damagedImage(String id) throws IOException {
    return Arrays.copyOf(image(id), 40);
  }

  /** An embedding of an image with a version of the model; its origin does not matter. */
  static ImageEmbedding embedding(String id, long version) {
    return embedding("stream-0", id, version);
  }

  static ImageEmbedding embedding(String stream, String id, long version) {
    return ImageEmbedding.newBuilder(Records.embedding(0, "cat", version, 0.5f))
        .setStream(stream)
        .setImageId(id)
        .build();
  }

  static TrainingMetrics step(String stream, long step) {
    return TrainingMetrics.newBuilder(Records.step(step, 1, Map.of())).setStream(stream).build();
  }

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
