package io.rankstream.pipeline.connect;

import static io.rankstream.pipeline.config.JobOptions.INPUT_ON_MISSING_OFFSETS;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.KafkaClients;
import io.rankstream.pipeline.config.OnMissingOffsets;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.FlinkException;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Compares the offsets that a job wants to read on from with those that the topic has. */
public final class InputOffsets implements Serializable {

  private static final long serialVersionUID = 1L;

  private final KafkaClients clients;
  private final String topic;
  private final OnMissingOffsets onMissing;

  /**
   * @param clients settings of the Kafka clients
   * @param input the topic, and what happens when records are gone
   */
  public InputOffsets(KafkaClients clients, JobConfig.Input input) {
    this.clients = clients;
    this.topic = input.topic();
    this.onMissing = input.onMissingOffsets();
  }

  /** The partitions that do not have the offset that is wanted of them. */
  List<MissingOffsets> missing(Map<TopicPartition, Long> wanted) {
    try (Admin admin = Admin.create(clients.properties())) {
      return MissingOffsets.of(
          wanted,
          offsets(admin, wanted, OffsetSpec.earliest()),
          offsets(admin, wanted, OffsetSpec.latest()));
    } catch (ExecutionException e) {
      throw new FlinkRuntimeException(
          "The input topic %s: %s".formatted(topic, KafkaFailure.sentence(e)));
    }
  }

  /** Whether the job goes on behind the gap. */
  boolean areSkipped() {
    return onMissing == OnMissingOffsets.SKIP;
  }

  /** The end of a job that may not skip: it would be the same after a restart. */
  SuppressRestartsException end(List<MissingOffsets> missing) {
    return new SuppressRestartsException(
        new FlinkException(
            "Records of %s that the job has not read are gone: %s. Bring them back, or set %s = skip to go on without them"
                .formatted(topic, text(missing), INPUT_ON_MISSING_OFFSETS.key())));
  }

  static String text(List<MissingOffsets> missing) {
    return missing.stream().map(MissingOffsets::toString).collect(Collectors.joining("; "));
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(
      Admin admin, Map<TopicPartition, Long> wanted, OffsetSpec which) throws ExecutionException {
    Map<TopicPartition, OffsetSpec> questions =
        wanted.keySet().stream().collect(Collectors.toMap(partition -> partition, any -> which));
    return PatientAdmin.ask(
        "is to tell the offsets of " + topic, () -> admin.listOffsets(questions).all());
  }
}
