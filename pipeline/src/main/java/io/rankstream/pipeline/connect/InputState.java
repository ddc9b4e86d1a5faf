package io.rankstream.pipeline.connect;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * What a checkpoint keeps of the input topic as a whole.
 *
 * @param kafka the state of the connector: the partitions
 * @param topicId Kafka's id of the topic, or empty when it is not known
 */
public record InputState(KafkaSourceEnumState kafka, String topicId) {

  /** Writes the id in front of the connector's state; reads also the connector's state alone. */
  static final class Serializer implements SimpleVersionedSerializer<InputState> {

    /** Above all versions of the connector, which earlier releases wrote. */
    private static final int WITH_ID = 1000;

    private final KafkaSourceEnumStateSerializer kafka = new KafkaSourceEnumStateSerializer();

    @Override
    public int getVersion() {
      return WITH_ID;
    }

    @Override
    public byte[] serialize(InputState state) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (DataOutputStream out = new DataOutputStream(bytes)) {
        out.writeUTF(state.topicId());
        out.writeInt(kafka.getVersion());
        out.write(kafka.serialize(state.kafka()));
      }
      return bytes.toByteArray();
    }

    @Override
    public InputState deserialize(int version, byte[] bytes) throws IOException {
      if (version < WITH_ID) {
        return new InputState(kafka.deserialize(version, bytes), "");
      }

      try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
        String topicId = in.readUTF();
        int ofConnector = in.readInt();
        return new InputState(kafka.deserialize(ofConnector, in.readAllBytes()), topicId);
      }
    }
  }
}
