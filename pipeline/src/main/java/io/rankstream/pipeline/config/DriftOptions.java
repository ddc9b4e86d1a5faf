package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.SettingDraft.flag;
import static io.rankstream.pipeline.config.SettingDraft.integer;
import static io.rankstream.pipeline.config.SettingDraft.longInteger;

/** The settings of the measurement of drift. */
abstract class DriftOptions extends ModelOptions {

  public static final Setting<Integer> DRIFT_ANCHORS =
      integer("drift.anchors", 256)
          .between(16, 1_024)
          .or(0, "for no measurement")
          .means(
              "Labelled images of each stream that are kept to measure how far its embeddings move from version to version, balanced over at most half as many classes. They are in the state, of the size of the input of the model. 0 measures nothing and takes the operator out of the job.");
  public static final Setting<Long> DRIFT_EVERY_STEPS =
      longInteger("drift.every-steps", 1_000)
          .atLeast(1L)
          .means(
              "Training steps from one measured version to the next, of those that the embedders are given (embed.every-steps). Each embeds all anchors once.");
  public static final Setting<Boolean> DRIFT_MAP =
      flag("drift.map", false)
          .means(
              "Fit the rotation that maps embeddings of the base version to those of the measured one, and publish it as a file in versions.directory, which must be set. model.embedding-dimension may be 1024 at most.");

  DriftOptions() {}
}
