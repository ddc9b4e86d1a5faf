package io.rankstream.pipeline.event;

import java.util.List;

/**
 * Images of one stream that the window emits and the model processes together.
 *
 * @param stream stream that the images belong to
 * @param number position of the batch among the batches of its stream, from 0
 * @param purpose use of the batch
 * @param images the slots, grouped by class when the purpose is training
 */
public record MicroBatch(String stream, long number, Purpose purpose, List<BatchImage> images) {

  /** Use of a batch. */
  public enum Purpose {
    /** A fine-tuning step, then embeddings from the updated weights. */
    TRAIN,
    /** Embeddings from the current weights. */
    EMBED
  }
}
