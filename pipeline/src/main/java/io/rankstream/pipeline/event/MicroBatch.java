package io.rankstream.pipeline.event;

import java.util.List;

/**
 * Images of one stream that the window emits and the model trains on together.
 *
 * @param key key of the stream that the images belong to
 * @param number position of the batch among the batches of its stream, from 0
 * @param images the slots, grouped by class
 */
public record MicroBatch(StreamKey key, long number, List<BatchImage> images) {

  /** The stream that the images belong to. */
  public String stream() {
    return key.stream();
  }

  /** The same batch with some of its images. */
  public MicroBatch with(List<BatchImage> some) {
    return new MicroBatch(key, number, some);
  }
}
