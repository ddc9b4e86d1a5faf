package io.rankstream.pipeline.train;

import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What a model takes of a batch. A dead letter goes out for each fresh image that it refuses: it is
 * embedded, but not trained on.
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

  private static Admission without(
      MicroBatch batch, List<BatchImage> out, Function<BatchImage, DeadLetter> letter) {
    List<BatchImage> rest = new ArrayList<>(batch.images());
    rest.removeAll(out);
    return new Admission(
        batch.with(rest), out.stream().filter(BatchImage::fresh).map(letter).toList());
  }
}
