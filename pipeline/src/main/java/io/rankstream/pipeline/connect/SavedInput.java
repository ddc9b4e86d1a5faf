package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.event.OperatorNames;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.apache.flink.streaming.api.operators.util.SimpleVersionedListState;
import org.apache.kafka.common.TopicPartition;

/**
 * What a checkpoint keeps of the input topic, read without a job.
 *
 * @param topicId Kafka's id of the topic, or empty when the checkpoint does not have it
 * @param offsets offset of the next record of each partition
 */
public record SavedInput(String topicId, Map<TopicPartition, Long> offsets) {

  /** The name that Flink gives the partitions of a reader in its state. */
  private static final String PARTITIONS = "SourceReaderState";

  /**
   * Reads what a checkpoint keeps of the input; empty where it has no source.
   *
   * @param operators the state of all operators
   * @throws Exception when it cannot be read; Flink's readers throw what they like
   */
  public static Optional<SavedInput> find(Collection<OperatorState> operators) throws Exception {
    for (OperatorState each : operators) {
      if (each.getOperatorUid().filter(OperatorNames.READ_IMAGES::equals).isPresent()) {
        return Optional.of(read(each));
      }
    }
    return Optional.empty();
  }

  /**
   * Reads the state of the source.
   *
   * @param source state of the operator that reads the input
   * @throws Exception when it cannot be read; Flink's readers throw what they like
   */
  private static SavedInput read(OperatorState source) throws Exception {
    Map<TopicPartition, Long> offsets =
        new TreeMap<>(
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
    for (OperatorSubtaskState reader : source.getStates()) {
      readOffsets(reader, offsets);
    }
    ByteStreamStateHandle enumerator = source.getCoordinatorState();
    return new SavedInput(enumerator == null ? "" : topicId(enumerator.getData()), offsets);
  }

  private static void readOffsets(OperatorSubtaskState reader, Map<TopicPartition, Long> offsets)
      throws Exception {
    try (CloseableRegistry closeables = new CloseableRegistry()) {
      OperatorStateBackend state =
          new DefaultOperatorStateBackendBuilder(
                  SavedInput.class.getClassLoader(),
                  new ExecutionConfig(),
                  false,
                  reader.getManagedOperatorState(),
                  closeables)
              .build();
      try {
        Iterable<KafkaPartitionSplit> partitions =
            new SimpleVersionedListState<>(
                    state.getListState(
                        new ListStateDescriptor<>(
                            PARTITIONS, BytePrimitiveArraySerializer.INSTANCE)),
                    new KafkaPartitionSplitSerializer())
                .get();
        for (KafkaPartitionSplit partition : partitions) {
          if (partition.getStartingOffset() >= 0) { // others were not read yet
            offsets.put(partition.getTopicPartition(), partition.getStartingOffset());
          }
        }
      } finally {
        state.dispose();
      }
    }
  }

  /** Flink writes its own version, that of our state, and the length before our state. */
  private static String topicId(byte[] enumerator) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(enumerator));
    in.readInt();
    int version = in.readInt();
    byte[] bytes = in.readNBytes(in.readInt());
    return new InputState.Serializer().deserialize(version, bytes).topicId();
  }
}
