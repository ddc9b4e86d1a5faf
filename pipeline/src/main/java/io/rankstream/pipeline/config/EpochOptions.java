package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.SettingDraft.duration;
import static io.rankstream.pipeline.config.SettingDraft.number;
import static io.rankstream.pipeline.config.SettingDraft.topic;

import java.time.Duration;

/** The settings of a job that embeds in epochs. */
abstract class EpochOptions extends DriftOptions {

  public static final Setting<String> CONTROL_TOPIC =
      topic("control.topic", "rankstream-control")
          .means(
              "Topic that requests to open or to abort an epoch are read from (./rankstream epoch). Used with embeddings.follow = epochs alone.");
  public static final Setting<Duration> EPOCHS_EVERY =
      duration("epochs.every", Duration.ZERO)
          .atLeast(Duration.ZERO)
          .means(
              "Time from the opening of one epoch of a stream to that of the next, if there is a newer version by then. 0: epochs open on request alone.");
  public static final Setting<Double> EPOCHS_DRIFT =
      number("epochs.drift", 0)
          .between(0.0, 2.0)
          .means(
              "Mean cosine shift of the anchors (driftCosineShift) above which an epoch opens by itself; drift then counts from there. Needs drift.anchors. 0: never.");
  public static final Setting<Double> EPOCHS_MAX_RATE =
      number("epochs.max-rate", 0)
          .between(0.0, 1_000_000.0)
          .means(
              "Largest number of records a second that are read again while an epoch is open, over the whole job, so that new images are not held up. 0: as many as the embedders take.");

  EpochOptions() {}
}
