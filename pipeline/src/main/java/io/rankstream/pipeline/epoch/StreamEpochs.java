package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.event.VersionRank;

/**
 * The epochs of one stream; part of the state.
 *
 * @param stream name of the stream
 * @param lastNumber number of the last epoch that was opened
 * @param openedAt wall-clock time in milliseconds of its opening
 * @param isFromLive whether embedders followed live before: epoch 0 is then the version that they
 *     had, not the one that the model starts with
 * @param newest newest version that the trainer handed over; null before the first
 * @param serving epoch that serves; null until its weights are written
 * @param before epoch that served before, whose weights are kept; null for none
 * @param open epoch that is open; null for none
 * @param isRequested whether somebody asked for an epoch
 */
public record StreamEpochs(
    String stream,
    long lastNumber,
    long openedAt,
    boolean isFromLive,
    VersionPointer newest,
    EpochEvent serving,
    EpochEvent before,
    EpochEvent open,
    boolean isRequested) {

  /**
   * A stream without epochs.
   *
   * @param now wall-clock time in milliseconds
   */
  static StreamEpochs start(String stream, boolean isFromLive, long now) {
    return new StreamEpochs(stream, 0, now, isFromLive, null, null, null, null, false);
  }

  /** Whether there is a version that an epoch can be opened with. */
  boolean hasNewer() {
    return newest != null && serving != null && rank(newest).isNewerThan(rank(serving.weights()));
  }

  StreamEpochs told(VersionPointer pointer) {
    return new StreamEpochs(
        stream, lastNumber, openedAt, isFromLive, pointer, serving, before, open, isRequested);
  }

  /** A version is gone. It is the newest no longer, unless another one has come meanwhile. */
  StreamEpochs without(VersionPointer gone) {
    return gone.equals(newest) ? told(null) : this;
  }

  StreamEpochs requested(boolean requested) {
    return new StreamEpochs(
        stream, lastNumber, openedAt, isFromLive, newest, serving, before, open, requested);
  }

  /** Epoch 0 has its weights. */
  StreamEpochs begun(EpochEvent epoch) {
    return new StreamEpochs(
        stream, lastNumber, openedAt, isFromLive, newest, epoch, before, open, isRequested);
  }

  /**
   * An epoch is open.
   *
   * @param now wall-clock time in milliseconds
   */
  StreamEpochs opened(EpochEvent epoch, long now) {
    return new StreamEpochs(
        stream, epoch.number(), now, isFromLive, newest, serving, before, epoch, false);
  }

  /** The end of the open epoch is told. */
  StreamEpochs ended(EpochEvent end) {
    return new StreamEpochs(
        stream, lastNumber, openedAt, isFromLive, newest, serving, before, end, isRequested);
  }

  /** The open epoch serves. */
  StreamEpochs completed() {
    EpochEvent completed = open;
    EpochEvent replaced = serving;
    return new StreamEpochs(
        stream, lastNumber, openedAt, isFromLive, newest, completed, replaced, null, isRequested);
  }

  /** The open epoch is given up. */
  StreamEpochs aborted() {
    return new StreamEpochs(
        stream, lastNumber, openedAt, isFromLive, newest, serving, before, null, isRequested);
  }

  private static VersionRank rank(VersionPointer pointer) {
    return new VersionRank(pointer.lineage(), pointer.version());
  }
}
