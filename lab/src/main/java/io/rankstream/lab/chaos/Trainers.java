package io.rankstream.lab.chaos;

import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.Rule;

/**
 * Who trains in a chaos run.
 *
 * @param replicas replicas of each model
 * @param taskManagers task managers with one slot each, which is the parallelism of the job
 */
public record Trainers(int replicas, int taskManagers) {

  private static final int MOST_TASK_MANAGERS = 8; // each takes about 1 GB

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException naming the parameter, its value and what is accepted
   */
  public Trainers {
    Rule.<Integer>that(
            value -> JobOptions.TRAINING_REPLICAS.problem(value).isEmpty(),
            JobOptions.TRAINING_REPLICAS.accepted())
        .require("replicas", replicas);
    Rule.between(1, MOST_TASK_MANAGERS).require("task-managers", taskManagers);
  }

  /** Whether the models average their weights in rounds. */
  boolean haveRounds() {
    return replicas > 1;
  }
}
