package io.rankstream.pipeline.tools.tail;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.pipeline.wire.RecordDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordLinesTest {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final RecordDecoder decoder =
      new RecordDecoder(JobConfig.from(new JobSettings().configuration()).registry());
  private final RecordLines json = new RecordLines(decoder, true);
  private final RecordLines text = new RecordLines(decoder, false);

  @Test
  void aTombstoneIsAnObjectWithTheImageOfItsKey() throws IOException {
    ConsumerRecord<byte[], byte[]> tombstone =
        record("shelf\nBücher/\"1\".jpg".getBytes(StandardCharsets.UTF_8), null);

    assertThat(JSON.readTree(json.line(tombstone)))
        .isEqualTo(
            JSON.createObjectNode()
                .put("topic", "embeddings.v2")
                .put("partition", 0)
                .put("offset", 7)
                .put("key", "shelf\nBücher/\"1\".jpg")
                .put("deleted", true)
                .put("stream", "shelf")
                .put("image_id", "Bücher/\"1\".jpg"));
    assertThat(text.line(tombstone))
        .isEqualTo(
            "embeddings.v2-0@7 is a tombstone: it deletes image Bücher/\"1\".jpg of stream shelf");
  }

  @Test
  void aTombstoneOfSomethingElseIsShownWithItsKey() {
    byte[] key = "key\t1".getBytes(StandardCharsets.UTF_8);

    assertThat(text.line(record(key, null)))
        .isEqualTo("embeddings.v2-0@7 is a tombstone: it deletes the key key?1");
  }

  @Test
  void aTombstoneWithoutKeyIsAnObjectToo() throws IOException {
    assertThat(JSON.readTree(json.line(record(null, null))).get("key").isNull()).isTrue();
  }

  @Test
  void aRecordOfSomethingElseIsAnObjectWithTheReason() throws IOException {
    JsonNode line = JSON.readTree(json.line(record(null, new byte[] {1, 2, 3})));

    assertThat(line.get("offset").asLong()).isEqualTo(7);
    assertThat(line.get("error").asText()).contains("not an embedding");
    assertThat(text.line(record(null, new byte[] {1, 2, 3}))).contains("@7 cannot be read: ");
  }

  @Test
  void anEmbeddingWithValuesThatAreNoNumbersIsAnObject() throws IOException {
    ByteBuffer value = Records.embedding(1, "cat", 1, Float.NaN, 1 / 0f).toByteBuffer();

    assertThat(JSON.readTree(json.line(record(null, bytes(value)))).get("embedding")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyLineIsOneObjectWhateverTheTopicHolds(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] good = bytes(Records.embedding(1, "cat\u2028\n", 1, 1, 2).toByteBuffer());
    for (int i = 0; i < 2000; i++) {
      byte[] value = good.clone();
      for (int edits = random.nextInt(4); edits > 0; edits--) {
        value[random.nextInt(value.length)] = (byte) random.nextInt();
      }
      byte[] key = new byte[random.nextInt(5)];
      random.nextBytes(key);

      String line = json.line(record(key, i % 10 == 0 ? null : value));

      assertThat(line).doesNotContain("\n");
      assertThat(JSON.readTree(line).isObject()).as(line).isTrue();
    }
  }

  private static ConsumerRecord<byte[], byte[]> record(byte[] key, byte[] value) {
    return new ConsumerRecord<>("embeddings.v2", 0, 7, key, value);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
