package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.EmbedOptions.EMBEDDINGS_FOLLOW;
import static io.rankstream.pipeline.config.JobOptions.INPUT_BOUNDED;
import static io.rankstream.pipeline.config.JobOptions.INPUT_GROUP_ID;
import static io.rankstream.pipeline.config.JobOptions.INPUT_MAX_RECORD_BYTES;
import static io.rankstream.pipeline.config.JobOptions.INPUT_ON_MISSING_OFFSETS;
import static io.rankstream.pipeline.config.JobOptions.INPUT_TOPIC;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.Configuration;

/**
 * Recognises keys that a program with its own source and sinks cannot set: they would be ignored
 * without a word.
 */
final class KafkaOnlyKeys {

  private static final Set<String> OF_THE_INPUT =
      Set.of(
          INPUT_TOPIC.key(),
          INPUT_GROUP_ID.key(),
          INPUT_BOUNDED.key(),
          INPUT_ON_MISSING_OFFSETS.key(),
          INPUT_MAX_RECORD_BYTES.key(),
          EMBEDDINGS_FOLLOW.key()); // an epoch reads the input topic again

  private static final List<String> GROUPS =
      List.of("output.", "registry.", "epochs.", "control.", KeyCheck.KAFKA_PREFIX);

  private KafkaOnlyKeys() {}

  /** The problem of a setting: it has no meaning without Kafka, or it is none at all. */
  static Optional<String> problem(String key, Configuration configuration) {
    if (OF_THE_INPUT.contains(key) || GROUPS.stream().anyMatch(key::startsWith)) {
      return Optional.of(
          "Unusable key %s (only the job on Kafka reads it: leave it out)".formatted(key));
    }
    if (KeyCheck.isEngineKey(key)) {
      return Optional.of(
          "Unusable key %s (it is Flink's: set it in the configuration of the StreamExecutionEnvironment)"
              .formatted(key));
    }

    return KeyCheck.problem(key, configuration);
  }
}
