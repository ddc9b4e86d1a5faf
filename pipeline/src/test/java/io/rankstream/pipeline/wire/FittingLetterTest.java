package io.rankstream.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FittingLetterTest {

  private static final int MAX_BYTES = 1 << 20;

  private static DeadLetter letter(int keyBytes, int valueBytes, String detail) {
    return RejectionReason.VALUE_TOO_LARGE.letter(
        new RawRecord("images", 3, 17, 5, new byte[keyBytes], new byte[valueBytes]), detail);
  }

  private static int recordBytes(DeadLetter letter) throws Exception {
    int key = letter.getKey() == null ? 0 : letter.getKey().remaining();
    return key + letter.toByteBuffer().remaining();
  }

  @Test
  void leavesAFittingLetterAlone() {
    DeadLetter letter = letter(100, MAX_BYTES - 10_000, "too large");

    assertThat(FittingLetter.of(letter, MAX_BYTES)).isSameAs(letter);
  }

  @Test
  void tellsWhereAValueIsThatDoesNotFit() throws Exception {
    DeadLetter fitting = FittingLetter.of(letter(100, 100 << 20, "too large"), MAX_BYTES);

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
