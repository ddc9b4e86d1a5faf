package io.rankstream.pipeline.receive;

import static io.rankstream.pipeline.receive.ReceiveHarness.DEAD_LETTERS;
import static io.rankstream.pipeline.receive.ReceiveHarness.letters;
import static io.rankstream.pipeline.receive.ReceiveHarness.reason;
import static io.rankstream.pipeline.receive.ReceiveHarness.receive;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.Header;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.LetterHeader;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.junit.jupiter.api.Test;

class ReceiveImagesHarnessTest {

  /** The samples of {@code Fixtures.png(1, 1)}: a grey image of the model's size stays as it is. */
  private static final byte[] PIXELS = samples(Fixtures.png(1, 1));

  private static byte[] samples(byte[] png) {
    try {
      return ((DataBufferByte)
              ImageIO.read(new ByteArrayInputStream(png)).getRaster().getDataBuffer())
          .getData();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String reasonOfImage(byte[] encoded) throws Exception {
    return reason(record(encoded).value());
  }

  private static RawRecord record(byte[] encoded) {
    return Fixtures.record(9, Fixtures.envelope("id", "default", "cat", encoded));
  }

  @Test
  void acceptsAGoodImageWithItsPixelsAndItsOrigin() throws Exception {
    byte[] value = Fixtures.envelope("id-1", "default", "cat", Fixtures.png(1, 1));
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive()) {
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
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive()) {
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
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness =
        ProcessFunctionTestHarnesses.forProcessFunction(
            new ReceiveImages(
                Fixtures.config("image.max-bytes", "100 b"),
                ReceiveHarness.TO_TRAIN,
                DEAD_LETTERS))) {
      harness.processElement(record(png), 0);
      assertThat(letters(harness))
          .extracting(DeadLetter::getReason)
          .containsExactly("IMAGE_TOO_MANY_BYTES");
    }
  }

  @Test
  void anImageThatLeavesNoMemoryIsRefusedAndTheNextIsTaken() throws Exception {
    long side = 46_000; // 4 GB in 16 bits, more than the heap of the tests
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness =
        ProcessFunctionTestHarnesses.forProcessFunction(
            new ReceiveImages(
                Fixtures.config(
                    "image.max-width", Long.toString(side),
                    "image.max-height", Long.toString(side),
                    "image.max-pixels", Long.toString(side * side)),
                ReceiveHarness.TO_TRAIN,
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
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive()) {
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
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive()) {
      harness.processElement(tombstone("default\ncats/1.jpg"), 0);
      harness.processElement(tombstone("default\n" + longId), 0);

      assertThat(harness.extractOutputValues())
          .allMatch(ImageInput::forgets)
          .extracting(ImageInput::imageKey)
          .containsExactly("default\ncats/1.jpg", "default\n" + longId);
      assertThat(harness.getSideOutput(ReceiveHarness.TO_TRAIN))
          .as("the window forgets it too")
          .hasSize(2);
      assertThat(harness.getSideOutput(DEAD_LETTERS)).isNullOrEmpty();
    }
  }

  @Test
  void refusesARecordWithoutValueWhoseKeyNamesNoImage() throws Exception {
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive()) {
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
  void refusesNamesThatLookLikeOthersOrMoveATerminal() throws Exception {
    for (String control : new String[] {"\u009b2J", "\u202e", "\u2066", "\u200f", "\u2028"}) {
      byte[] png = Fixtures.png(1, 1);
      assertThat(reason(Fixtures.envelope("id", "default", "tac" + control, png)))
          .isEqualTo("LABEL_INVALID");
      assertThat(reason(Fixtures.envelope("id" + control, "default", "cat", png)))
          .isEqualTo("IMAGE_ID_INVALID");
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
      try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive()) {
        harness.processElement(Fixtures.record(1, value), 0);

        assertThat(harness.extractOutputValues().get(0).image().eventTime()).isEqualTo(time);
      }
    }
  }

  @Test
  void anImageThatComesBackIsNoRepeatButItsSecondDeliveryIs() throws Exception {
    List<Integer> digests = new ArrayList<>();
    try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> harness = receive()) {
      for (int redriven : new int[] {0, 1, 1, 2}) {
        RawRecord first = record(Fixtures.png(1, 1));
        harness.processElement(
            new RawRecord(
                first.topic(),
                first.partition(),
                first.offset(),
                first.timestamp(),
                first.key(),
                first.value(),
                redriven == 0
                    ? List.of()
                    : List.of(new Header(RedrivenCount.HEADER, RedrivenCount.bytes(redriven)))),
            0);
      }
      for (ImageInput input : harness.extractOutputValues()) {
        digests.add(input.image().digest());
      }
    }

    assertThat(digests).hasSize(4);
    assertThat(digests.get(1)).isNotEqualTo(digests.get(0)).isEqualTo(digests.get(2));
    assertThat(digests.get(3)).isNotEqualTo(digests.get(0)).isNotEqualTo(digests.get(1));
  }
}
