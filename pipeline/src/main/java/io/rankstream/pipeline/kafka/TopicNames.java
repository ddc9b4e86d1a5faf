package io.rankstream.pipeline.kafka;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;

/**
 * The topics of a job.
 *
 * @param images labelled images in
 * @param embeddings embeddings out
 * @param metrics one record for each training step out
 * @param modelVersions one record for each published model out
 * @param deadLetters unusable records out
 */
public record TopicNames(
    String images, String embeddings, String metrics, String modelVersions, String deadLetters) {

  /** The default names. */
  public static TopicNames defaults() {
    return new TopicNames(
        JobOptions.INPUT_TOPIC.defaultValue(),
        JobOptions.OUTPUT_EMBEDDINGS_TOPIC.defaultValue(),
        JobOptions.OUTPUT_METRICS_TOPIC.defaultValue(),
        JobOptions.OUTPUT_MODEL_VERSIONS_TOPIC.defaultValue(),
        JobOptions.OUTPUT_DEAD_LETTERS_TOPIC.defaultValue());
  }

  /** The names in a configuration. */
  public static TopicNames of(JobConfig config) {
    return new TopicNames(
        config.input().topic(),
        config.output().embeddingsTopic(),
        config.output().metricsTopic(),
        config.output().modelVersionsTopic(),
        config.output().deadLettersTopic());
  }
}
