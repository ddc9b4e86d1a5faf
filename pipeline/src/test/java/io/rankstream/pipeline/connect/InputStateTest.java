package io.rankstream.pipeline.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class InputStateTest {

  private final InputState.Serializer serializer = new InputState.Serializer();
  private final KafkaPartitionSplit split =
      new KafkaPartitionSplit(new TopicPartition("images.v2", 3), 1537);
  private final KafkaSourceEnumState kafka =
      new KafkaSourceEnumState(List.of(split), List.of(), true);

  @Test
  void keepsTheIdOfTheTopic() throws Exception {
    InputState restored =
        serializer.deserialize(
            serializer.getVersion(), serializer.serialize(new InputState(kafka, "an-id")));

    assertThat(restored.topicId()).isEqualTo("an-id");
    assertThat(restored.kafka().assignedSplits()).containsExactly(split);
    assertThat(restored.kafka().initialDiscoveryFinished()).isTrue();
  }

  @Test
  void readsTheStateOfTheConnectorAlone() throws Exception {
    KafkaSourceEnumStateSerializer connectors = new KafkaSourceEnumStateSerializer();

    InputState restored =
        serializer.deserialize(connectors.getVersion(), connectors.serialize(kafka));

    assertThat(restored.topicId()).isEmpty();
    assertThat(restored.kafka().assignedSplits()).containsExactly(split);
  }
}
