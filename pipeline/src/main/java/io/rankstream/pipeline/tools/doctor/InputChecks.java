package io.rankstream.pipeline.tools.doctor;

import static io.rankstream.pipeline.config.JobOptions.INPUT_ON_MISSING_OFFSETS;
import static io.rankstream.pipeline.config.JobOptions.INPUT_TOPIC;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.OnMissingOffsets;
import io.rankstream.pipeline.connect.MissingOffsets;
import io.rankstream.pipeline.connect.SavedInput;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** Compares the input topic with what a checkpoint keeps of it, as a start from it would. */
final class InputChecks {

  private static final String CHECK = "offsets";

  private final Admin admin;
  private final String topic;
  private final boolean skips;

  InputChecks(Admin admin, JobConfig config) {
    this.admin = admin;
    this.topic = config.input().topic();
    this.skips = config.input().onMissingOffsets() == OnMissingOffsets.SKIP;
  }

  /** Whether the topic is the same, and has the records that the job has not read. */
  List<Finding> all(SavedInput saved) throws InterruptedException {
    List<String> others =
        saved.offsets().keySet().stream()
            .map(TopicPartition::topic)
            .filter(each -> !each.equals(topic))
            .distinct()
            .toList();
    if (!others.isEmpty()) {
      return List.of(
          Finding.problem(
              CHECK,
              "The checkpoint was made from the topic %s, and %s = %s: set it to the old topic, or export the model and start without the checkpoint, with model.weights"
                  .formatted(String.join(", ", others), INPUT_TOPIC.key(), topic)));
    }

    try {
      TopicDescription found =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
      List<Finding> findings = new ArrayList<>();
      String id = found.topicId().toString();
      if (!saved.topicId().isEmpty() && !saved.topicId().equals(id)) {
        findings.add(anotherTopic(saved.topicId(), id));
      }
      findings.add(offsets(saved.offsets(), found.partitions().size()));
      return findings;
    } catch (ExecutionException e) {
      return List.of(
          Finding.problem(
              CHECK, "The input topic %s: %s".formatted(topic, KafkaFailure.sentence(e))));
    }
  }

  private Finding anotherTopic(String wanted, String found) {
    return missing(
        "The input topic %s was deleted and made anew (its id was %s and is %s), so the offsets of the checkpoint mean nothing in it"
            .formatted(topic, wanted, found),
        "bring the old topic back, or export the model and start without the checkpoint, with model.weights. If it is a copy with the same offsets, set %s = skip"
            .formatted(INPUT_ON_MISSING_OFFSETS.key()));
  }

  private Finding offsets(Map<TopicPartition, Long> wanted, int partitions)
      throws ExecutionException, InterruptedException {
    List<TopicPartition> gone =
        wanted.keySet().stream().filter(each -> each.partition() >= partitions).toList();
    if (!gone.isEmpty()) {
      return Finding.problem(
          CHECK,
          "The input topic %s has %d partition(s), and the checkpoint wants to read %s: bring them back"
              .formatted(topic, partitions, gone));
    }

    List<MissingOffsets> missing =
        MissingOffsets.of(
            wanted, tell(wanted, OffsetSpec.earliest()), tell(wanted, OffsetSpec.latest()));
    if (!missing.isEmpty()) {
      return missing(
          "Records of %s that the job has not read are gone: %s"
              .formatted(
                  topic,
                  missing.stream().map(MissingOffsets::toString).collect(Collectors.joining("; "))),
          "bring them back, or set %s = skip to go on without them"
              .formatted(INPUT_ON_MISSING_OFFSETS.key()));
    }
    return Finding.ok(
        CHECK,
        "%s has the records that the checkpoint wants, from %s"
            .formatted(
                topic,
                wanted.entrySet().stream()
                    .map(
                        each ->
                            "offset %d of partition %d"
                                .formatted(each.getValue(), each.getKey().partition()))
                    .collect(Collectors.joining(", "))));
  }

  /** What stops a start, unless the job may skip records. */
  private Finding missing(String what, String remedy) {
    return skips
        ? Finding.warning(
            CHECK,
            "%s. The job goes on, since %s = skip".formatted(what, INPUT_ON_MISSING_OFFSETS.key()))
        : Finding.problem(CHECK, what + ": " + remedy);
  }

  private Map<TopicPartition, ListOffsetsResultInfo> tell(
      Map<TopicPartition, Long> wanted, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    return admin
        .listOffsets(
            wanted.keySet().stream()
                .collect(Collectors.toMap(partition -> partition, any -> which)))
        .all()
        .get();
  }
}
