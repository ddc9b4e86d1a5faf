package io.rankstream.pipeline.train;

import io.rankstream.model.EmbeddedImage;
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
 * @param pixels the images without augmentation; null when there are none
 * @param embedded their embeddings; empty when the batch is trained on
 * @param step the gradient; null when the batch is only embedded
 * @param predictions the model's predictions of the fresh images before the step; empty when the
 *     batch is only embedded
 * @param startNanos {@link System#nanoTime()} at the start
 */
record PreparedBatch(
    MicroBatch batch,
    List<DeadLetter> refused,
    PixelBatch pixels,
    List<EmbeddedImage> embedded,
    PreparedStep step,
    List<Prediction> predictions,
    long startNanos)
    implements AutoCloseable {

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
