package io.rankstream.pipeline.train;

import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What a model takes of a batch. A dead letter goes out for each fresh image that it refuses; a
 * replayed image had its embedding before.
 *
 * @param batch the images that it takes
 * @param refused the dead letters
 */
record Admission(MicroBatch batch, List<DeadLetter> refused) {

  /**
   * For training: all images but those of new classes for which the softmax head has no row left.
   * The window counts the classes that it has met itself; it does not know those that the model
   * brought along.
   */
  static Admission toTrain(MicroBatch batch, OnlineTrainer trainer, int maxClasses) {
    List<String> labels = batch.images().stream().map(slot -> slot.image().label()).toList();
    Set<String> beyond = trainer.beyondCapacity(labels);
    if (beyond.isEmpty()) {
      return new Admission(batch, List.of());
    }

    return without(
        batch,
        batch.images().stream().filter(slot -> beyond.contains(slot.image().label())).toList(),
        slot -> RejectionReason.tooManyClasses(slot.image().origin(), maxClasses));
  }

  /** For a model that does not train: the fresh images, to embed. */
  static Admission toEmbed(MicroBatch batch) {
    List<BatchImage> fresh = batch.images().stream().filter(BatchImage::fresh).toList();
    return new Admission(batch.with(Purpose.EMBED, fresh), List.of());
  }

  /** None of the images: there is no model for their stream. */
  static Admission ofRemovedStream(MicroBatch batch) {
    return without(
        batch,
        batch.images(),
        slot ->
            RejectionReason.STREAM_UNKNOWN.letter(
                slot.image().origin(),
                "The stream %s was removed from input.streams while the image waited"
                    .formatted(batch.stream())));
  }

  /**
   * The images whose embeddings are finite.
   *
   * @param embedded one for each image
   */
  static Admission ofFinite(MicroBatch batch, List<EmbeddedImage> embedded) {
    List<BatchImage> infinite = new ArrayList<>();
    for (int i = 0; i < embedded.size(); i++) {
      if (!embedded.get(i).isFinite()) {
        infinite.add(batch.images().get(i));
      }
    }
    return without(
        batch,
        infinite,
        slot ->
            RejectionReason.EMBEDDING_NOT_FINITE.letter(
                slot.image().origin(),
                "The model of stream %s failed and has no weights with finite embeddings"
                    .formatted(batch.stream())));
  }

  private static Admission without(
      MicroBatch batch, List<BatchImage> out, Function<BatchImage, DeadLetter> letter) {
    List<BatchImage> rest = new ArrayList<>(batch.images());
    rest.removeAll(out);
    return new Admission(
        batch.with(batch.purpose(), rest),
        out.stream().filter(BatchImage::fresh).map(letter).toList());
  }
}
