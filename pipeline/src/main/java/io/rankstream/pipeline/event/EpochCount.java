package io.rankstream.pipeline.event;

/**
 * What became of images that are embedded again, since the last barrier, in one subtask.
 *
 * @param stream stream of the epoch
 * @param number number of the epoch
 * @param images embedded
 * @param refused not embedded: not accepted any more, or the embedding is not finite
 * @param superseded not embedded: the image arrived again or was deleted meanwhile
 * @param embedders 0 while the epoch is open; at its end the number of embedders, each of which
 *     counts for the last time
 */
public record EpochCount(
    String stream, long number, long images, long refused, long superseded, int embedders) {

  /** A record of the corpus that is not accepted. */
  public static EpochCount ofRefused(String stream, long number) {
    return new EpochCount(stream, number, 0, 1, 0, 0);
  }

  /** Whether a subtask counts for the last time. */
  public boolean isLast() {
    return embedders > 0;
  }
}
