package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import java.time.Instant;

/**
 * What is known of an epoch that has no last mark yet; part of the state.
 *
 * @param mark the epoch as it was told last
 * @param isEnded whether its end is told, with the offsets
 * @param images images that were embedded
 * @param refused records that were not accepted
 * @param superseded images that changed meanwhile
 * @param missing embedders that have not counted for the last time; -1 as long as none has
 */
public record EpochFigures(
    ModelVersion mark, boolean isEnded, long images, long refused, long superseded, int missing) {

  private static final int NONE_YET = -1;

  static EpochFigures opened(ModelVersion mark) {
    return new EpochFigures(mark, false, 0, 0, 0, NONE_YET);
  }

  String stream() {
    return mark.getStream();
  }

  long number() {
    return mark.getEpoch().getNumber();
  }

  EpochFigures ended(ModelVersion end) {
    return new EpochFigures(end, true, images, refused, superseded, missing);
  }

  EpochFigures plus(EpochCount count) {
    int before = missing == NONE_YET ? count.embedders() : missing;
    return new EpochFigures(
        mark,
        isEnded,
        images + count.images(),
        refused + count.refused(),
        superseded + count.superseded(),
        count.isLast() ? before - 1 : missing);
  }

  /** Whether all embedders have completed the epoch. */
  boolean isComplete() {
    return isEnded && missing == 0;
  }

  /** The mark of what happened to the epoch now. */
  ModelVersion mark(EpochState state, Instant now) {
    return ModelVersion.newBuilder(mark)
        .setPublishedAt(now)
        .setEpoch(
            EpochMark.newBuilder(mark.getEpoch())
                .setState(state)
                .setImages(images)
                .setRefused(refused)
                .setSuperseded(superseded)
                .build())
        .build();
  }
}
