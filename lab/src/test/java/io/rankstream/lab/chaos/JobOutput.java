package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.Origin;
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
import java.util.Collections;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;

/** Input and output records of a job for the tests of its audit. */
final class JobOutput {

  private static final Instant TIME = Instant.ofEpochMilli(1_700_000_000_000L);

  private JobOutput() {}

  static byte[] image(String id) throws IOException {
    return ImageEnvelope.seal(
        LabeledImage.newBuilder()
            .setImageId(id)
            .setStream("stream-0")
            .setLabel("cat")
            .setImage(ByteBuffer.wrap(new byte[100]))
            .setEventTime(TIME)
            .build());
  }

  static byte[] damagedImage(String id) throws IOException {
    return Arrays.copyOf(image(id), 40);
  }

  /** An embedding of an image with a version of the model; its origin does not matter. */
  static ImageEmbedding embedding(String id, long version) {
    return ImageEmbedding.newBuilder()
        .setImageId(id)
        .setStream("stream-0")
        .setLabel("cat")
        .setEmbedding(Collections.nCopies(2, 0.5f))
        .setPredictedLabel("cat")
        .setConfidence(0.5f)
        .setTrained(true)
        .setModelVersion(version)
        .setSpaceId("space")
        .setDimension(2)
        .setMetric("euclidean")
        .setNormalized(false)
        .setEventTime(TIME)
        .setSourceTopic("images")
        .setSourcePartition(0)
        .setSourceOffset(0)
        .build();
  }

  static TrainingMetrics step(String stream, long step) {
    return TrainingMetrics.newBuilder()
        .setStream(stream)
        .setStep(step)
        .setProcessedAt(TIME)
        .setClassesInBatch(2)
        .setImagesInBatch(8)
        .setFreshImages(8)
        .setKnownClasses(2)
        .setLoss(1)
        .setClassificationLoss(1)
        .setRankingLoss(1)
        .setActiveTriplets(1)
        .setTriplets(2)
        .setGradientNorm(1)
        .setLearningRate(0.01)
        .setRecalls(Map.of())
        .setClassCounts(Map.of())
        .setStepMillis(10)
        .build();
  }

  static DeadLetter letter(Origin origin) {
    return DeadLetter.newBuilder()
        .setReason("ENVELOPE_INVALID")
        .setDetail("")
        .setSourceTopic(origin.topic())
        .setSourcePartition(origin.partition())
        .setSourceOffset(origin.offset())
        .setSourceTimestamp(TIME)
        .build();
  }

  static String sha256(Path file) throws IOException {
    return DigestUtils.sha256Hex(Files.readAllBytes(file));
  }

  static ModelVersion version(String stream, URI file, String sha256) {
    return ModelVersion.newBuilder()
        .setStream(stream)
        .setModelVersion(3)
        .setSpaceId("space")
        .setUri(file.toString())
        .setSha256(sha256)
        .setSizeBytes(1)
        .setPublishedAt(TIME)
        .setMetrics(Map.of())
        .build();
  }
}
