package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;

class SharedSerializerTest {

  private final SharedSerializer<String> serializer =
      new SharedSerializer<>(StringSerializer.INSTANCE);

  @Test
  void readsAndCopiesWhatItWrote() throws Exception {
    byte[] bytes = bytes("an image");
    DataOutputSerializer copy = new DataOutputSerializer(1);

    serializer.copy(new DataInputDeserializer(bytes), copy);

    assertThat(copy.getCopyOfBuffer()).isEqualTo(bytes);
    assertThat(serializer.deserialize(new DataInputDeserializer(bytes))).isEqualTo("an image");
  }

  @Test
  void everyTurnedBitIsRefused() throws Exception {
    byte[] good = bytes("an image");
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] turned = good.clone();
      turned[bit / 8] ^= (byte) (1 << bit % 8);

      assertThatThrownBy(() -> serializer.deserialize(new DataInputDeserializer(turned)))
          .as("bit %d", bit)
          .isInstanceOf(SuppressRestartsException.class)
          .hasStackTraceContaining("An image in the state is damaged");
    }
  }

  private byte[] bytes(String value) throws Exception {
    DataOutputSerializer out = new DataOutputSerializer(1);
    serializer.serialize(value, out);
    return out.getCopyOfBuffer();
  }
}
