package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.DriftOptions.DRIFT_ANCHORS;
import static io.rankstream.pipeline.config.EmbedOptions.EMBEDDINGS_FOLLOW;
import static io.rankstream.pipeline.config.EmbedOptions.EMBEDDINGS_REFRESH;
import static io.rankstream.pipeline.config.EpochOptions.CONTROL_TOPIC;
import static io.rankstream.pipeline.config.EpochOptions.EPOCHS_DRIFT;
import static io.rankstream.pipeline.config.EpochOptions.EPOCHS_EVERY;
import static io.rankstream.pipeline.config.EpochOptions.EPOCHS_MAX_RATE;
import static io.rankstream.pipeline.config.JobOptions.INPUT_BOUNDED;

import java.io.Serializable;
import java.time.Duration;

/**
 * The epochs.
 *
 * @param isOn whether the job embeds in epochs
 * @param controlTopic topic of the requests
 * @param every time from one epoch to the next; zero for none without a request
 * @param drift mean cosine shift at which an epoch opens; zero for never
 * @param maxRate records a second that are read again; 0 for no limit
 */
public record EpochConfig(
    boolean isOn, String controlTopic, Duration every, double drift, double maxRate)
    implements Serializable {

  static EpochConfig read(SettingReader in) {
    return new EpochConfig(
        in.read(EMBEDDINGS_FOLLOW) == Follow.EPOCHS,
        in.read(CONTROL_TOPIC),
        in.read(EPOCHS_EVERY),
        in.read(EPOCHS_DRIFT),
        in.read(EPOCHS_MAX_RATE));
  }

  static void check(JobConfig config, SettingReader in) {
    EpochConfig epochs = config.epochs();
    if (epochs.isOn() && config.embed().refresh() > 0) {
      in.problem(
          EMBEDDINGS_REFRESH.violation(
              ValueText.of(config.embed().refresh()),
              "0 with %s = epochs, where an image changes its version only with the whole topic"
                  .formatted(EMBEDDINGS_FOLLOW.key())));
    }
    if (epochs.isOn() && config.input().bounded()) {
      in.problem(
          INPUT_BOUNDED.violation(
              "true",
              "false with %s = epochs, which have no end".formatted(EMBEDDINGS_FOLLOW.key())));
    }
    if (epochs.drift() > 0 && (!epochs.isOn() || !config.drift().isOn())) {
      in.problem(
          EPOCHS_DRIFT.violation(
              ValueText.of(epochs.drift()),
              "0 unless %s = epochs and %s is above 0"
                  .formatted(EMBEDDINGS_FOLLOW.key(), DRIFT_ANCHORS.key())));
    }
    if (!epochs.isOn() && !epochs.every().isZero()) {
      in.problem(
          EPOCHS_EVERY.violation(
              ValueText.of(epochs.every()),
              "0 unless %s = epochs".formatted(EMBEDDINGS_FOLLOW.key())));
    }
  }
}
