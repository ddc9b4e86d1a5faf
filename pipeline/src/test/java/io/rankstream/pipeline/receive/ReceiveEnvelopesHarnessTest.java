package io.rankstream.pipeline.receive;

import static io.rankstream.pipeline.receive.ReceiveHarness.reason;
import static io.rankstream.pipeline.receive.ReceiveHarness.receive;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.StubRegistry;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LabeledImage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

/** What becomes of the bytes around an image. */
class ReceiveEnvelopesHarnessTest {

  @Test
  void refusesEnvelopes() throws Exception {
    byte[] noise = new byte[200];
    new Random(2).nextBytes(noise);
    byte[] good = Fixtures.envelope("id", "default", "cat", Fixtures.png(1, 1));

    assertThat(reason(new byte[0])).isEqualTo("ENVELOPE_INVALID");
    assertThat(reason(noise)).isEqualTo("ENVELOPE_INVALID");
    assertThat(reason(Arrays.copyOf(good, good.length / 2))).isEqualTo("ENVELOPE_INVALID");
    assertThat(reason(Arrays.copyOf(good, 6))).isEqualTo("ENVELOPE_INVALID");
    assertThat(reason(new byte[(1 << 20) + 1])).isEqualTo("VALUE_TOO_LARGE");
  }

  @Test
  void readsTheConfluentFormatByTheRulesOfAvro() throws Exception {
    try (StubRegistry registry = new StubRegistry(null)) {
      int same = registry.add(LabeledImage.getClassSchema());
      int newer = registry.add(Fixtures.newerLabeledImage());
      byte[] png = Fixtures.png(1, 1);
      try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness =
          receive(registry.config())) {
        harness.processElement(
            Fixtures.record(
                0, Fixtures.confluent(same, Fixtures.envelope("a", "default", "cat", png))),
            0);
        harness.processElement(
            Fixtures.record(1, Fixtures.newerConfluent(newer, "b", "dog", png)), 0);
        harness.processElement(
            Fixtures.record(2, Fixtures.envelope("c", "default", "cow", png)), 0);

        List<AcceptedImage> images =
            harness.extractOutputValues().stream().map(ImageInput::image).toList();
        assertThat(images).extracting(AcceptedImage::imageId).containsExactly("a", "b", "c");
        assertThat(images).extracting(AcceptedImage::label).containsExactly("cat", "dog", "cow");
        assertThat(images).extracting(AcceptedImage::eventTime).containsOnly(1_700_000_000_000L);
        assertThat(images).extracting(AcceptedImage::digest).containsOnly(images.get(0).digest());
        assertThat(registry.requests())
            .filteredOn(request -> request.startsWith("GET /schemas/ids/"))
            .hasSize(2);
      }
    }
  }

  @Test
  void refusesSchemasThatTheRegistryDoesNotKnow() throws Exception {
    byte[] envelope = Fixtures.envelope("id", "default", "cat", Fixtures.png(1, 1));
    try (StubRegistry registry = new StubRegistry(null)) {
      int other = registry.add(DeadLetter.getClassSchema());
      int good = registry.add(LabeledImage.getClassSchema());
      byte[] value = Fixtures.confluent(good, envelope);

      assertThat(reason(Fixtures.confluent(7, envelope), registry.config()))
          .isEqualTo("SCHEMA_UNKNOWN");
      assertThat(reason(Fixtures.confluent(-7, envelope), registry.config()))
          .isEqualTo("SCHEMA_UNKNOWN");
      assertThat(reason(Fixtures.confluent(other, envelope), registry.config()))
          .isEqualTo("SCHEMA_UNKNOWN");
      assertThat(reason(Arrays.copyOf(value, value.length / 2), registry.config()))
          .isEqualTo("ENVELOPE_INVALID");
      assertThat(reason(value)).isEqualTo("SCHEMA_UNKNOWN"); // registry.url is not set
    }
  }

  @Test
  void takesNoMemoryForLengthsThatAreOnlyClaimed() throws Exception {
    for (long claim : new long[] {Integer.MAX_VALUE - 100, Long.MAX_VALUE, -5}) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      byte[] good = Fixtures.envelope("id", "default", null, Fixtures.png(1, 1));
      body.write(good, 0, 10); // marker and fingerprint
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(body, null);
      encoder.writeString("id");
      encoder.writeString("default");
      encoder.writeIndex(0);
      encoder.writeNull();
      encoder.writeLong(claim); // length of the image bytes
      encoder.flush();

      assertThat(reason(body.toByteArray())).isEqualTo("ENVELOPE_INVALID");
    }
  }

  @Test
  void refusesAHundredMegabytesUnread() throws Exception {
    assertThat(reason(new byte[100 << 20])).isEqualTo("VALUE_TOO_LARGE");
  }

  @Test
  void takesNoMemoryForAttributes() throws Exception {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    byte[] good = Fixtures.envelope("id", "default", null, Fixtures.png(1, 1));
    record.write(good, 0, good.length - 1); // without the end of the attributes
    int count = 150_000;
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(record, null);
    encoder.writeLong(count);
    for (int i = 0; i < count; i++) {
      encoder.writeString("k" + i % 10);
      encoder.writeString("\u0000");
    }
    encoder.writeLong(0);
    encoder.flush();

    LabeledImage image = new ImageEnvelope(JobConfig.Registry.none()).open(record.toByteArray());

    assertThat(image.getImageId()).hasToString("id");
    assertThat(image.getAttributes()).isEmpty();
  }

  @Test
  void refusesAttributesThatEndTooEarlyOrClaimTooMuch() throws Exception {
    byte[] good = Fixtures.envelope("id", "default", null, Fixtures.png(1, 1));
    for (long count : new long[] {3, Long.MAX_VALUE, Long.MIN_VALUE, -2}) {
      ByteArrayOutputStream record = new ByteArrayOutputStream();
      record.write(good, 0, good.length - 1);
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(record, null);
      encoder.writeLong(count);
      encoder.writeLong(-1_000_000); // bytes of a block with a negative count
      encoder.flush();

      assertThat(reason(record.toByteArray())).isEqualTo("ENVELOPE_INVALID");
    }
  }
}
