package io.rankstream.pipeline.train;

import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.Prediction;
import io.rankstream.model.PreparedStep;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.event.DecodedBatch;
import java.util.List;
import java.util.Optional;

/**
 * A batch half-way through its model.
 *
 * @param pixels the images as they came
 * @param embedded their embeddings, where the batch is not trained on
 * @param step the gradient, where it is
 * @param predictions what the model said of the fresh images before the step
 * @param startNanos when the batch entered the model
 */
record PreparedBatch(
    DecodedBatch batch,
    PixelBatch pixels,
    List<EmbeddedImage> embedded,
    Optional<PreparedStep> step,
    List<Prediction> predictions,
    long startNanos)
    implements AutoCloseable {

  @Override
  public void close() {
    step.ifPresent(PreparedStep::close);
  }
}
