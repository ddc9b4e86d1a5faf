package io.rankstream.pipeline.embed;

import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.ModelConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.ImageInput.Kind;
import io.rankstream.pipeline.event.PixelLayout;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/** Embeds images and makes the records of the embeddings topic. */
final class EmbeddingRecord {

  private final PixelLayout pixels;
  private final String metric;

  /**
   * @param model input and loss of the models
   */
  EmbeddingRecord(ModelConfig model) {
    this.pixels = new PixelLayout(model.input());
    this.metric = model.loss().squaredDistance() ? "squared_euclidean" : "euclidean";
  }

  /**
   * What became of images.
   *
   * @param changes a change for each image that has an embedding, in their order
   * @param refused dead letters of those that arrived and whose embedding is not finite
   */
  record Result(List<EmbeddingChange> changes, List<DeadLetter> refused) {

    /** Images that had an embedding before and have none that is finite. */
    int withoutLetter(List<ImageInput> images) {
      return images.size() - changes.size() - refused.size();
    }
  }

  /** Embeds images of one stream. */
  Result of(List<ImageInput> images, ServedVersion version) {
    List<EmbeddedImage> embedded =
        version.model().embed(pixels.of(images.stream().map(ImageInput::image).toList()));
    List<EmbeddingChange> changes = new ArrayList<>(images.size());
    List<DeadLetter> refused = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      if (embedded.get(i).isFinite()) {
        changes.add(EmbeddingChange.to(record(images.get(i), embedded.get(i), version)));
      } else if (images.get(i).kind() == Kind.TAKE) { // else it had an embedding before
        refused.add(
            RejectionReason.EMBEDDING_NOT_FINITE.letter(
                images.get(i).origin(),
                "Version %s of the model of stream %s has NaN or infinite embeddings"
                    .formatted(version.version(), images.get(i).stream())));
      }
    }
    return new Result(changes, refused);
  }

  private ImageEmbedding record(ImageInput input, EmbeddedImage result, ServedVersion version) {
    AcceptedImage image = input.image();
    boolean classified = result.prediction().label() != null;
    return ImageEmbedding.newBuilder()
        .setImageId(image.imageId())
        .setStream(image.stream())
        .setLabel(image.label())
        .setEmbedding(asList(result.embedding()))
        .setPredictedLabel(result.prediction().label())
        .setConfidence(classified ? result.prediction().confidence() : null)
        .setTrained(input.kind() == Kind.EMBED_AGAIN)
        .setModelVersion(version.version())
        .setLineage(version.lineage())
        .setSpaceId(version.space())
        .setDimension(result.embedding().length)
        .setMetric(metric)
        .setNormalized(true)
        .setEventTime(Instant.ofEpochMilli(image.eventTime()))
        .setSourceTopic(image.origin().topic())
        .setSourcePartition(image.origin().partition())
        .setSourceOffset(image.origin().offset())
        .build();
  }

  /** A view of the array, not a copy. */
  private static List<Float> asList(float[] values) {
    return new AbstractList<>() {
      @Override
      public Float get(int index) {
        return values[index];
      }

      @Override
      public int size() {
        return values.length;
      }
    };
  }
}
