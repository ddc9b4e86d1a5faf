package io.rankstream.pipeline.train;

import io.rankstream.model.Prediction;
import io.rankstream.model.PreparedStep;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.schemas.DeadLetter;
import java.util.List;

/**
 * A batch after the part that changes nothing in its model.
 *
 * @param batch the images that the model takes
 * @param refused dead letters for those that it does not take
 * @param pixels the images without augmentation; null when the model does nothing with them
 * @param step the gradient; null when the model does not train on the batch
 * @param predictions the model's predictions of the fresh images before the step
 * @param startNanos {@link System#nanoTime()} at the start
 */
record PreparedBatch(
    MicroBatch batch,
    List<DeadLetter> refused,
    PixelBatch pixels,
    PreparedStep step,
    List<Prediction> predictions,
    long startNanos)
    implements AutoCloseable {

  /** A batch that the model does nothing with. */
  static PreparedBatch idle(MicroBatch batch, List<DeadLetter> refused, long startNanos) {
    return new PreparedBatch(batch, refused, null, null, List.of(), startNanos);
  }

  /** Whether the model trains on the batch. */
  boolean isTrained() {
    return step != null;
  }

  @Override
  public void close() {
    if (step != null) {
      step.close();
    }
  }
}
