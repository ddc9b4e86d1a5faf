package io.rankstream.pipeline.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.WindowInput;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RegistryException;
import io.rankstream.pipeline.wire.StubRegistry;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.LetterHeader;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

class ReceiveImagesHarnessTest {

  private static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));

  /** The samples of {@code Fixtures.png(1, 1)}: a grey image of the model's size stays as it is. */
  private static final byte[] PIXELS = samples(Fixtures.png(1, 1));

  private static OneInputStreamOperatorTestHarness<RawRecord, WindowInput> receive()
      throws Exception {
    return receive(new JobConfig.Registry("", ""));
  }

  private static OneInputStreamOperatorTestHarness<RawRecord, WindowInput> receive(
      JobConfig.Registry registry) throws Exception {
    return ProcessFunctionTestHarnesses.forProcessFunction(
        new ReceiveImages(
            Fixtures.config(
                "input.max-record-bytes", "1 mb",
                "registry.url", registry.url(),
                "registry.basic-auth-file", registry.basicAuthFile()),
            DEAD_LETTERS));
  }

  private static byte[] samples(byte[] png) {
    try {
      return ((DataBufferByte)
              ImageIO.read(new ByteArrayInputStream(png)).getRaster().getDataBuffer())
          .getData();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String reason(byte[] value) throws Exception {
    return reason(value, new JobConfig.Registry("", ""));
  }

  private static String reason(byte[] value, JobConfig.Registry registry) throws Exception {
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness = receive(registry)) {
      harness.processElement(Fixtures.record(0, value), 0);
      assertThat(harness.extractOutputValues()).isEmpty();
      List<String> reasons =
          harness.getSideOutput(DEAD_LETTERS).stream()
              .map(StreamRecord::getValue)
              .map(DeadLetter::getReason)
              .toList();
      assertThat(reasons).hasSize(1);
      return reasons.get(0);
    }
  }

  private static String reasonOfImage(byte[] encoded) throws Exception {
    return reason(record(encoded).value());
  }

  private static RawRecord record(byte[] encoded) {
    return Fixtures.record(9, Fixtures.envelope("id", "default", "cat", encoded));
  }

  private static List<DeadLetter> letters(
      OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness) {
    return harness.getSideOutput(DEAD_LETTERS).stream().map(StreamRecord::getValue).toList();
  }

  @Test
  void acceptsAGoodImageWithItsPixelsAndItsOrigin() throws Exception {
    byte[] value = Fixtures.envelope("id-1", "default", "cat", Fixtures.png(1, 1));
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness = receive()) {
      harness.processElement(Fixtures.record(7, value), 0);

      AcceptedImage image = harness.extractOutputValues().get(0).image();
      assertThat(image.imageId()).isEqualTo("id-1");
      assertThat(image.label()).isEqualTo("cat");
      assertThat(image.eventTime()).isEqualTo(1_700_000_000_000L);
      assertThat(image.origin()).isEqualTo(Fixtures.record(7, value).origin());
      assertThat(image.pixels()).isEqualTo(PIXELS);
      assertThat(image.sizeBytes()).isEqualTo(28 * 28);
    }
  }

  @Test
  void acceptsAnImageWithoutLabel() throws Exception {
    byte[] value = Fixtures.envelope("id-1", "default", null, Fixtures.png(1, 1));
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness = receive()) {
      harness.processElement(Fixtures.record(7, value), 0);

      assertThat(harness.extractOutputValues())
          .noneMatch(input -> input.image().isLabeled())
          .hasSize(1);
    }
  }

  @Test
  void refusesNames() throws Exception {
    byte[] png = Fixtures.png(1, 1);

    assertThat(reason(Fixtures.envelope("", "default", "cat", png))).isEqualTo("IMAGE_ID_INVALID");
    assertThat(reason(Fixtures.envelope("i".repeat(513), "default", "cat", png)))
        .isEqualTo("IMAGE_ID_INVALID");
    assertThat(reason(Fixtures.envelope("id", "elsewhere", "cat", png)))
        .isEqualTo("STREAM_UNKNOWN");
    assertThat(reason(Fixtures.envelope("id", "default", "  ", png))).isEqualTo("LABEL_INVALID");
    assertThat(reason(Fixtures.envelope("id", "default", "a\u0000b", png)))
        .isEqualTo("LABEL_INVALID");
  }

  @Test
  void refusesImages() throws Exception {
    byte[] png = Fixtures.png(1, 1);
    byte[] jpeg = Fixtures.jpeg(1, 1);
    byte[] wide = png.clone();
    ByteBuffer.wrap(wide).putInt(16, 10_000); // width in the header
    byte[] flipped = png.clone();
    flipped[png.length / 2] ^= 0x55; // in the compressed pixels

    assertThat(reasonOfImage(new byte[0])).isEqualTo("IMAGE_EMPTY");
    assertThat(reasonOfImage("%PDF-1.7".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo("IMAGE_UNSUPPORTED_FORMAT");
    assertThat(reasonOfImage(wide)).isEqualTo("IMAGE_TOO_LARGE");
    assertThat(reasonOfImage(Arrays.copyOf(png, 200))).isEqualTo("IMAGE_CORRUPT");
    assertThat(reasonOfImage(flipped)).isEqualTo("IMAGE_CORRUPT");
    assertThat(reasonOfImage(Arrays.copyOf(jpeg, jpeg.length - 40))).isEqualTo("IMAGE_CORRUPT");
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness =
        ProcessFunctionTestHarnesses.forProcessFunction(
            new ReceiveImages(Fixtures.config("image.max-bytes", "100 b"), DEAD_LETTERS))) {
      harness.processElement(record(png), 0);
      assertThat(letters(harness))
          .extracting(DeadLetter::getReason)
          .containsExactly("IMAGE_TOO_MANY_BYTES");
    }
  }

  @Test
  void anImageThatLeavesNoMemoryIsRefusedAndTheNextIsTaken() throws Exception {
    long side = 46_000; // 4 GB in 16 bits, more than the heap of the tests
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness =
        ProcessFunctionTestHarnesses.forProcessFunction(
            new ReceiveImages(
                Fixtures.config(
                    "image.max-width", Long.toString(side),
                    "image.max-height", Long.toString(side),
                    "image.max-pixels", Long.toString(side * side)),
                DEAD_LETTERS))) {
      byte[] bomb = Fixtures.png(1, 1);
      ByteBuffer.wrap(bomb).putInt(16, (int) side).putInt(20, (int) side);
      bomb[24] = 16; // bits of a sample
      CRC32 checksum = new CRC32();
      checksum.update(bomb, 12, 17);
      ByteBuffer.wrap(bomb).putInt(29, (int) checksum.getValue());
      harness.processElement(record(bomb), 0);
      harness.processElement(record(Fixtures.png(1, 1)), 0);

      assertThat(letters(harness)).hasSize(1);
      assertThat(letters(harness).get(0).getReason()).isIn("IMAGE_TOO_LARGE", "IMAGE_CORRUPT");
      assertThat(harness.extractOutputValues()).hasSize(1);
    }
  }

  @Test
  void aLetterHasTheWholeRecord() throws Exception {
    RawRecord record =
        record(Arrays.copyOf(Fixtures.png(1, 1), 200)); // found by the decoder, not by the header
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness = receive()) {
      harness.processElement(record, 0);

      DeadLetter letter = letters(harness).get(0);
      assertThat(letter.getKey()).isEqualTo(ByteBuffer.wrap(record.key()));
      assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(record.value()));
      assertThat(letter.getHeaders())
          .containsExactly(
              new LetterHeader("traceparent", ByteBuffer.wrap(new byte[] {1, 2})),
              new LetterHeader("empty", null));
      assertThat(letter.getSourceTopic()).isEqualTo("images");
      assertThat(letter.getSourceOffset()).isEqualTo(9);
      assertThat(letter.getSourceTimestamp().toEpochMilli()).isEqualTo(record.timestamp());
    }
  }

  @Test
  void aRecordWithoutValueForgetsTheImageOfItsKey() throws Exception {
    String longId = "i".repeat(10_000); // an earlier job may have accepted it
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness = receive()) {
      harness.processElement(tombstone("default\ncats/1.jpg"), 0);
      harness.processElement(tombstone("default\n" + longId), 0);

      assertThat(harness.extractOutputValues())
          .containsExactly(
              WindowInput.forget("default", "cats/1.jpg"), WindowInput.forget("default", longId));
      assertThat(harness.getSideOutput(DEAD_LETTERS)).isNullOrEmpty();
    }
  }

  @Test
  void refusesARecordWithoutValueWhoseKeyNamesNoImage() throws Exception {
    try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness = receive()) {
      for (String key : new String[] {null, "", "cats/1.jpg", "default\n", "elsewhere\n1"}) {
        harness.processElement(tombstone(key), 0);
      }

      assertThat(harness.extractOutputValues()).isEmpty();
      assertThat(letters(harness))
          .extracting(DeadLetter::getReason)
          .containsExactly(
              "KEY_INVALID", "KEY_INVALID", "KEY_INVALID", "KEY_INVALID", "STREAM_UNKNOWN");
      assertThat(letters(harness)).extracting(DeadLetter::getValue).containsOnlyNulls();
    }
  }

  private static RawRecord tombstone(String key) {
    return new RawRecord(
        "images",
        0,
        9,
        1_700_000_000_000L,
        key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        null,
        List.of());
  }

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
      try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness =
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
            harness.extractOutputValues().stream().map(WindowInput::image).toList();
        assertThat(images).extracting(AcceptedImage::imageId).containsExactly("a", "b", "c");
        assertThat(images).extracting(AcceptedImage::label).containsExactly("cat", "dog", "cow");
        assertThat(images).extracting(AcceptedImage::eventTime).containsOnly(1_700_000_000_000L);
        assertThat(images).extracting(AcceptedImage::digest).containsOnly(images.get(0).digest());
        assertThat(registry.requests()).hasSize(2);
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
  void keepsGoodRecordsWhileTheRegistryIsIll() throws Exception {
    byte[] envelope = Fixtures.envelope("id", "default", "cat", Fixtures.png(1, 1));
    try (StubRegistry registry = new StubRegistry(null)) {
      RawRecord record =
          Fixtures.record(
              0, Fixtures.confluent(registry.add(LabeledImage.getClassSchema()), envelope));
      try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness =
          receive(registry.config())) {
        registry.fail(401, 1);
        assertThatThrownBy(() -> harness.processElement(record, 0))
            .isInstanceOf(RegistryException.class);
        assertThat(harness.getSideOutput(DEAD_LETTERS)).isNullOrEmpty();

        registry.fail(503, 1);
        harness.processElement(record, 0);
        assertThat(harness.extractOutputValues()).hasSize(1);
      }
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

  @Test
  void acceptsAnyEventTime() throws Exception {
    for (long time : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
      LabeledImage image =
          LabeledImage.newBuilder()
              .setImageId("id")
              .setImage(ByteBuffer.wrap(Fixtures.png(1, 1)))
              .setEventTime(Instant.EPOCH)
              .build();
      image.setEventTime(Instant.ofEpochMilli(time));
      ByteBuffer buffer = image.toByteBuffer();
      byte[] value = new byte[buffer.remaining()];
      buffer.get(value);
      try (OneInputStreamOperatorTestHarness<RawRecord, WindowInput> harness = receive()) {
        harness.processElement(Fixtures.record(1, value), 0);

        assertThat(harness.extractOutputValues().get(0).image().eventTime()).isEqualTo(time);
      }
    }
  }
}
