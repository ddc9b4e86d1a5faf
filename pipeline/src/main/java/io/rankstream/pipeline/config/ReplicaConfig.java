package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.ReplicaOptions.TRAINING_REPLICAS;
import static io.rankstream.pipeline.config.ReplicaOptions.TRAINING_ROUND_WAIT;
import static io.rankstream.pipeline.config.ReplicaOptions.TRAINING_STEPS_PER_ROUND;

import java.io.Serializable;
import java.time.Duration;

/**
 * The replicas of each model.
 *
 * @param replicas R, trainers of one model; 1 for a model without replicas
 * @param stepsPerRound H, batches of each replica between two averages
 * @param roundWait time without a batch after which a round ends early
 */
public record ReplicaConfig(int replicas, int stepsPerRound, Duration roundWait)
    implements Serializable {

  /** The largest number of replicas. */
  public static final int MOST_REPLICAS = 16;

  static ReplicaConfig read(SettingReader in) {
    return new ReplicaConfig(
        in.read(TRAINING_REPLICAS),
        in.read(TRAINING_STEPS_PER_ROUND),
        in.read(TRAINING_ROUND_WAIT));
  }

  /** Refuses what replicas do not do. */
  static void check(JobConfig config, SettingReader in) {
    int replicas = config.replicas().replicas();
    if (replicas == 1) {
      return;
    }

    if (config.batch().sampler() == Sampler.NATURAL) {
      in.problem(
          "Invalid %s: natural (must be pk with %s = %d: only its window deals batches to replicas)"
              .formatted(JobOptions.BATCH_SAMPLER.key(), TRAINING_REPLICAS.key(), replicas));
    }
    if (config.model().optimizer().accumulate() > 1) {
      in.problem(
          "Invalid %s: %d (must be 1 with %s = %d: a round is an accumulation of batches already)"
              .formatted(
                  ModelOptions.OPTIMIZER_ACCUMULATE.key(),
                  config.model().optimizer().accumulate(),
                  TRAINING_REPLICAS.key(),
                  replicas));
    }
  }
}
