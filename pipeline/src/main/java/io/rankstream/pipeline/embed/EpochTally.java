package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.event.EpochCount;

/**
 * Counts what becomes of the images of a stream that are embedded again, from barrier to barrier.
 */
final class EpochTally {

  private long images;
  private long refused;
  private long superseded;

  /** Images were embedded, and others have no embedding that is finite. */
  void embedded(long finite, long notFinite) {
    images += finite;
    refused += notFinite;
  }

  /** An image was not embedded, since it arrived again or was deleted meanwhile. */
  void superseded() {
    superseded++;
  }

  /**
   * What was counted.
   *
   * @param embedders as in {@link EpochCount}
   */
  EpochCount count(String stream, long number, int embedders) {
    return new EpochCount(stream, number, images, refused, superseded, embedders);
  }
}
