package io.rankstream.pipeline.event;

import java.util.List;

/**
 * What the P×K window emits: images of one stream that go through the model together.
 *
 * @param stream stream that the images belong to
 * @param number position of the batch among the batches of its stream, from 0
 * @param purpose what the model does with the images
 * @param images the slots, grouped by class when the purpose is training
 */
public record MicroBatch(String stream, long number, Purpose purpose, List<BatchImage> images) {

  /** What the model does with a batch. */
  public enum Purpose {
    /** A fine-tuning step, then embeddings from the updated weights. */
    TRAIN,
    /** Embeddings from the current weights. */
    EMBED
  }
}
