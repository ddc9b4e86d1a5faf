package io.rankstream.pipeline.event;

import java.util.List;

/**
 * Images of one stream that the window emits and the model trains on together. One without images
 * marks the early end of a round.
 *
 * @param key key of the stream that the images belong to
 * @param number position of the batch among the batches of its stream, from 0; of a mark, that of
 *     the next batch
 * @param images the slots, grouped by class
 * @param round place in the rounds of the replicas; null where the model has no replicas
 */
public record MicroBatch(StreamKey key, long number, List<BatchImage> images, Round round) {

  /** A batch for a model without replicas. */
  public MicroBatch(StreamKey key, long number, List<BatchImage> images) {
    this(key, number, images, null);
  }

  /** The stream that the images belong to. */
  public String stream() {
    return key.stream();
  }

  /** Key of the model that trains on the batch: the stream's, or that of a replica. */
  public StreamKey modelKey() {
    return round == null ? key : round.key();
  }

  /** Whether a replica hands its weights in after the batch. */
  public boolean endsRound() {
    return round != null && round.ends();
  }

  /** The same batch with some of its images. */
  public MicroBatch with(List<BatchImage> some) {
    return new MicroBatch(key, number, some, round);
  }

  /** The same batch at a place in the rounds. */
  public MicroBatch in(Round place) {
    return new MicroBatch(key, number, images, place);
  }
}
