package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.BATCH_SAMPLER;
import static io.rankstream.pipeline.config.JobOptions.INPUT_BOUNDED;
import static io.rankstream.pipeline.config.JobOptions.TRAINING_PASSES;
import static io.rankstream.pipeline.config.JobOptions.TRAINING_QUIET;

import java.io.Serializable;
import java.time.Duration;

/**
 * The training on kept images when no new ones come.
 *
 * @param passes places in batches that each image brings; 0 trains on new images alone
 * @param quiet time without a new image after which an input without an end counts as quiet
 * @param atEnd whether the passes wait for the end of the input, instead of for quiet
 */
public record Passes(int passes, Duration quiet, boolean atEnd) implements Serializable {

  static Passes read(SettingReader in) {
    return new Passes(in.read(TRAINING_PASSES), in.read(TRAINING_QUIET), in.read(INPUT_BOUNDED));
  }

  /** Refuses passes over images that no window keeps. */
  static void check(JobConfig config, SettingReader in) {
    int passes = config.batch().passes().passes();
    if (passes > 0 && config.batch().sampler() == Sampler.NATURAL) {
      in.problem(
          "Invalid %s: natural (must be pk with %s = %d: only its window keeps images to train on again)"
              .formatted(BATCH_SAMPLER.key(), TRAINING_PASSES.key(), passes));
    }
  }
}
