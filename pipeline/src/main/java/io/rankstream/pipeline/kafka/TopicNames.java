package io.rankstream.pipeline.kafka;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import java.util.List;

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

  /**
   * The topics of one of several jobs on the same Kafka.
   *
   * @param images topic with the images; several jobs may read it
   * @param prefix what the names of the output topics begin with
   */
  public static TopicNames withPrefix(String images, String prefix) {
    return new TopicNames(
        images, prefix + ".embeddings", prefix + ".metrics", prefix + ".models", prefix + ".dlq");
  }

  /** All names, the input first. */
  public List<String> all() {
    return List.of(images, embeddings, metrics, modelVersions, deadLetters);
  }

  /** Settings of a job that reads and writes these topics. */
  public JobSettings settings() {
    return new JobSettings()
        .with(JobOptions.INPUT_TOPIC, images)
        .with(JobOptions.OUTPUT_EMBEDDINGS_TOPIC, embeddings)
        .with(JobOptions.OUTPUT_METRICS_TOPIC, metrics)
        .with(JobOptions.OUTPUT_MODEL_VERSIONS_TOPIC, modelVersions)
        .with(JobOptions.OUTPUT_DEAD_LETTERS_TOPIC, deadLetters);
  }
}
