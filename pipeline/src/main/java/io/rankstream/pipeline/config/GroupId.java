package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.INPUT_GROUP_ID;
import static io.rankstream.pipeline.config.JobOptions.INPUT_TOPIC;
import static io.rankstream.pipeline.config.JobOptions.OUTPUT_DEAD_LETTERS_TOPIC;
import static io.rankstream.pipeline.config.JobOptions.OUTPUT_EMBEDDINGS_TOPIC;
import static io.rankstream.pipeline.config.JobOptions.OUTPUT_METRICS_TOPIC;
import static io.rankstream.pipeline.config.JobOptions.OUTPUT_MODEL_VERSIONS_TOPIC;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The consumer group of a job, which is the prefix of its transactional ids too. Two jobs with one
 * prefix fence each other for ever, so the default depends on all topics of the job.
 */
final class GroupId {

  private static final int DIGITS = 8;

  private GroupId() {}

  /** The group that is given, or the default for the topics. */
  static String read(SettingReader in) {
    String given = in.read(INPUT_GROUP_ID);
    if (!given.isEmpty()) {
      return given;
    }

    String outputs =
        Stream.of(
                OUTPUT_EMBEDDINGS_TOPIC,
                OUTPUT_METRICS_TOPIC,
                OUTPUT_MODEL_VERSIONS_TOPIC,
                OUTPUT_DEAD_LETTERS_TOPIC)
            .map(in::read)
            .collect(Collectors.joining("\n"));
    return "rankstream-%s-%s"
        .formatted(in.read(INPUT_TOPIC), DigestUtils.sha256Hex(outputs).substring(0, DIGITS));
  }
}
