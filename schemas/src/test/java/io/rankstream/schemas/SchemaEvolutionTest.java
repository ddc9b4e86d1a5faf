package io.rankstream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.SchemaStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Records of every release stay readable: {@code released/NAME-VERSION.avsc} holds what was
 * published, for ever.
 */
class SchemaEvolutionTest {

  static Stream<Schema> present() {
    return Stream.of(
        DeadLetter.getClassSchema(),
        DriftFigures.getClassSchema(),
        EpochMark.getClassSchema(),
        EpochRequest.getClassSchema(),
        ImageEmbedding.getClassSchema(),
        LabeledImage.getClassSchema(),
        ModelVersion.getClassSchema(),
        PrequentialFigures.getClassSchema(),
        TrainingMetrics.getClassSchema());
  }

  private static Schema released(Schema present, int version) throws IOException {
    String name = "/released/%s-%d.avsc".formatted(present.getName(), version);
    try (InputStream in = SchemaEvolutionTest.class.getResourceAsStream(name)) {
      return new Schema.Parser().parse(in);
    }
  }

  @ParameterizedTest
  @MethodSource("present")
  void readsWhatTheFirstReleaseWrote(Schema present) throws IOException {
    assertThat(
            SchemaCompatibility.checkReaderWriterCompatibility(present, released(present, 1))
                .getType())
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  @ParameterizedTest
  @MethodSource("present")
  void isReadByConsumersOfTheFirstRelease(Schema present) throws IOException {
    assertThat(
            SchemaCompatibility.checkReaderWriterCompatibility(released(present, 1), present)
                .getType())
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  @ParameterizedTest
  @MethodSource("present")
  void documentsEveryField(Schema present) {
    assertThat(present.getDoc()).isNotBlank();
    assertThat(present.getFields()).allSatisfy(field -> assertThat(field.doc()).isNotBlank());
  }

  @Test
  void readsARecordOfALaterSchemaWithAFieldMore() throws IOException {
    Schema later =
        SchemaBuilder.record("LabeledImage")
            .namespace("io.rankstream.schemas")
            .fields()
            .requiredString("image_id")
            .requiredString("stream")
            .optionalString("label")
            .requiredBytes("image")
            .requiredLong("event_time")
            .name("attributes")
            .type()
            .map()
            .values()
            .stringType()
            .mapDefault(Map.of())
            .optionalString("camera")
            .endRecord();
    GenericRecord record = new GenericData.Record(later);
    record.put("image_id", "a");
    record.put("stream", "default");
    record.put("image", ByteBuffer.wrap(new byte[] {1}));
    record.put("event_time", 5L);
    record.put("attributes", Map.of());
    record.put("camera", "north");
    ByteBuffer bytes =
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), later).encode(record);
    SchemaStore.Cache store = new SchemaStore.Cache();
    store.addSchema(later);

    BinaryMessageDecoder<LabeledImage> decoder = LabeledImage.createDecoder(store);

    LabeledImage image = decoder.decode(bytes);
    assertThat(image.getImageId()).isEqualTo("a");
    assertThat(image.getEventTime()).isEqualTo(Instant.ofEpochMilli(5));
  }

  @Test
  void writesSingleObjectEncoding() throws IOException {
    LabeledImage image =
        LabeledImage.newBuilder()
            .setImageId("a")
            .setImage(ByteBuffer.wrap(new byte[] {1, 2}))
            .setEventTime(Instant.ofEpochMilli(7))
            .build();

    ByteBuffer bytes = image.toByteBuffer();

    assertThat(bytes.get(0)).isEqualTo((byte) 0xC3);
    assertThat(bytes.get(1)).isEqualTo((byte) 0x01);
    assertThat(LabeledImage.fromByteBuffer(bytes)).isEqualTo(image);
    assertThat(image.getStream()).isEqualTo("default");
    assertThat(image.getLabel()).isNull();
  }
}
