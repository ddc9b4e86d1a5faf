package io.rankstream.lab.chaos;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.Rule;
import java.util.Map;

/**
 * Who trains in a chaos run.
 *
 * @param replicas replicas of each model
 * @param taskManagers task managers with one slot each, which is the parallelism of the job
 * @param settings further settings of the job; where a run needs another value, that one counts
 */
public record Trainers(int replicas, int taskManagers, Map<String, String> settings) {

  private static final int MOST_TASK_MANAGERS = 8; // each takes about 1 GB

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException naming the parameter, its value and what is accepted
   * @throws io.rankstream.pipeline.config.ConfigurationException when a setting is invalid
   */
  public Trainers {
    Rule.<Integer>that(
            value -> JobOptions.TRAINING_REPLICAS.problem(value).isEmpty(),
            JobOptions.TRAINING_REPLICAS.accepted())
        .require("replicas", replicas);
    Rule.between(1, MOST_TASK_MANAGERS).require("task-managers", taskManagers);
    JobConfig.from(new JobSettings().with(settings).configuration());
  }

  /** The same model in one task. */
  Trainers inOneTask() {
    return new Trainers(replicas, 1, settings);
  }

  /** Whether the models average their weights in rounds. */
  boolean haveRounds() {
    return replicas > 1;
  }
}
