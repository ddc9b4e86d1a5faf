package io.rankstream.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.Header;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FittingLetterTest {

  private static final int MAX_BYTES = 1 << 20;

  private static DeadLetter letter(int keyBytes, int valueBytes, String detail) {
    return letter(keyBytes, valueBytes, List.of(), detail);
  }

  private static DeadLetter letter(
      int keyBytes, int valueBytes, List<Header> headers, String detail) {
    return RejectionReason.VALUE_TOO_LARGE.letter(
        new RawRecord("images", 3, 17, 5, new byte[keyBytes], new byte[valueBytes], headers),
        detail);
  }

  /** As Kafka counts it: key, value, headers and their lengths. */
  private static int recordBytes(DeadLetter letter) throws Exception {
    int key = letter.getKey() == null ? 0 : letter.getKey().remaining();
    int headers = 200; // of the format, which all records have
    for (org.apache.kafka.common.header.Header header : LetterHeaders.of(letter)) {
      headers += 10 + header.key().length() + header.value().length;
    }
    return key + headers + letter.toByteBuffer().remaining();
  }

  @Test
  void whateverIsLargeTheLetterFitsAndTellsWhatItLeaves() throws Exception {
    Random random = new Random(17);
    for (int trial = 0; trial < 300; trial++) {
      List<Header> headers = new ArrayList<>();
      for (int i = random.nextInt(4) * random.nextInt(1000); i > 0; i--) {
        byte[] value = random.nextInt(5) == 0 ? null : new byte[random.nextInt(600)];
        headers.add(new Header("\u20ac".repeat(random.nextInt(30)), value));
      }
      int key = random.nextInt(1 << random.nextInt(22));
      int value = random.nextInt(1 << random.nextInt(23));
      DeadLetter letter = letter(key, value, headers, "\u20ac".repeat(random.nextInt(3000)));
      DeadLetter fitting = FittingLetter.of(letter, MAX_BYTES);

      assertThat(recordBytes(fitting)).isLessThan(MAX_BYTES);
      assertThat(fitting.getKey() == null).isEqualTo(fitting.getDetail().contains("the key stays"));
      assertThat(fitting.getValue() == null)
          .isEqualTo(fitting.getDetail().contains("the value stays"));
      assertThat(fitting.getHeaders().size() < headers.size())
          .isEqualTo(fitting.getDetail().contains("the headers stay"));
    }
  }

  @Test
  void keepsTheValueWhenOnlyTheHeadersAreHuge() throws Exception {
    List<Header> headers = Collections.nCopies(1000, new Header("trace", new byte[900]));
    DeadLetter fitting = FittingLetter.of(letter(100, 500_000, headers, "odd"), MAX_BYTES);

    assertThat(fitting.getHeaders()).isEmpty();
    assertThat(fitting.getKey().remaining()).isEqualTo(100);
    assertThat(fitting.getValue().remaining()).isEqualTo(500_000);
    assertThat(recordBytes(fitting)).isLessThan(MAX_BYTES);
  }

  @Test
  void leavesAFittingLetterAlone() {
    DeadLetter letter = letter(100, MAX_BYTES - 13_000, "too large");

    assertThat(FittingLetter.of(letter, MAX_BYTES)).isSameAs(letter);
    assertThat(letter.getComplete()).isTrue();
  }

  @Test
  void tellsWhereAValueIsThatDoesNotFit() throws Exception {
    DeadLetter fitting = FittingLetter.of(letter(100, 100 << 20, "too large"), MAX_BYTES);

    assertThat(fitting.getComplete()).isFalse();
    assertThat(fitting.getValue()).isNull();
    assertThat(fitting.getKey().remaining()).isEqualTo(100);
    assertThat(fitting.getSourceOffset()).isEqualTo(17);
    String digest =
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(new byte[100 << 20]));
    assertThat(fitting.getDetail())
        .isEqualTo(
            "too large; the value stays in the source topic (too large for a dead letter: 104857600 bytes, SHA-256 %s)",
            digest);
    assertThat(recordBytes(fitting)).isLessThan(MAX_BYTES);
  }

  @Test
  void keepsTheValueWhenOnlyTheKeyIsHuge() throws Exception {
    DeadLetter fitting = FittingLetter.of(letter(900_000, 500_000, "odd"), MAX_BYTES);

    assertThat(fitting.getComplete()).isFalse();
    assertThat(fitting.getKey()).isNull();
    assertThat(fitting.getValue().remaining()).isEqualTo(500_000);
    assertThat(fitting.getDetail()).contains("the key stays in the source topic");
    assertThat(recordBytes(fitting)).isLessThan(MAX_BYTES);
  }

  @Test
  void dropsBothWhenBothAreHuge() throws Exception {
    DeadLetter fitting = FittingLetter.of(letter(2 << 20, 2 << 20, "odd"), MAX_BYTES);

    assertThat(fitting.getKey()).isNull();
    assertThat(fitting.getValue()).isNull();
    assertThat(recordBytes(fitting)).isLessThan(MAX_BYTES);
  }

  @Test
  void cutsADetailOfAnyLength() {
    DeadLetter fitting = FittingLetter.of(letter(1, 1, "x".repeat(1 << 20)), MAX_BYTES);

    assertThat(fitting.getDetail()).hasSize(1000);
    assertThat(fitting.getValue().remaining()).isEqualTo(1);
  }
}
