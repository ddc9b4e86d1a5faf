package io.rankstream.pipeline.event;

import io.rankstream.schemas.ModelVersion;

/**
 * What happens to an epoch of a stream, told to all that embed, and to who writes the marks.
 *
 * @param kind what happens
 * @param stream stream of the epoch
 * @param number number of the epoch in its stream
 * @param weights where the weights of its version are
 * @param mark the epoch as the versions topic describes it; null where it needs no mark
 */
public record EpochEvent(
    Kind kind, String stream, long number, VersionPointer weights, ModelVersion mark) {

  /** What happens. */
  public enum Kind {
    /** The stream has this epoch from its start on: there is nothing to embed again. */
    BEGIN,
    /** Images are embedded under this version too, beside the one that serves. */
    OPEN,
    /**
     * The last image that was to be embedded again is on its way: the epoch is complete at the next
     * barrier.
     */
    END,
    /** The open epoch is given up. */
    ABORT
  }

  /** The same epoch, to which something else happens. */
  public EpochEvent then(Kind next, ModelVersion nextMark) {
    return new EpochEvent(next, stream, number, weights, nextMark);
  }
}
