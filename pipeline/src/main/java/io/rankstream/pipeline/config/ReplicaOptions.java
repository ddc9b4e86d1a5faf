package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.SettingDraft.duration;
import static io.rankstream.pipeline.config.SettingDraft.integer;

import java.time.Duration;
import java.util.List;

/** The settings of models with several replicas. */
abstract class ReplicaOptions extends EmbedOptions {

  public static final Setting<Integer> TRAINING_REPLICAS =
      integer("training.replicas", 1)
          .oneOf(List.of(1, 2, 4, 8, 16))
          .means(
              "Replicas of each model, which train on different batches at the same time and average their weights in rounds. They pay where one trainer is slower than its stream; see docs/models.md for the learning rate. May change at a restart: new replicas start from the average.");
  public static final Setting<Integer> TRAINING_STEPS_PER_ROUND =
      integer("training.steps-per-round", 16)
          .between(1, 100_000)
          .means(
              "Batches that each replica trains on between two averages. Versions of a model are made of averages alone.");
  public static final Setting<Duration> TRAINING_ROUND_WAIT =
      duration("training.round-wait", Duration.ofSeconds(10))
          .atLeast(Duration.ofMillis(1))
          .means(
              "A round ends early when its stream has had no batch for this long, so that what was learnt is served.");

  ReplicaOptions() {}
}
