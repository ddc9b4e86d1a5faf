package io.rankstream.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.Header;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.DeadLetter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfluentEncodingTest {

  @Test
  void theHeaderIsZeroAndTheIdBigEndian() {
    assertThat(ConfluentFrame.header(1)).containsExactly(0, 0, 0, 0, 1);
    assertThat(ConfluentFrame.header(0x0A0B0C0D)).containsExactly(0, 0x0A, 0x0B, 0x0C, 0x0D);
    assertThat(ConfluentFrame.header(0x7FFFFFFF)).containsExactly(0, 0x7F, -1, -1, -1);

    assertThat(ConfluentFrame.isIn(new byte[] {0, 0, 0, 1, 2})).isTrue();
    assertThat(ConfluentFrame.schemaId(new byte[] {0, 0, 0, 1, 2, 99})).isEqualTo(258);
    assertThat(ConfluentFrame.isIn(new byte[] {0, 0, 0, 1})).isFalse();
    assertThat(ConfluentFrame.isIn(new byte[0])).isFalse();
    assertThat(ConfluentFrame.isIn(new byte[] {(byte) 0xC3, 1, 0, 0, 0})).isFalse();
  }

  @Test
  void aRecordIsTheHeaderAndTheBodyOfTheOtherFormat() throws Exception {
    List<Header> headers = List.of(new Header("h", new byte[] {9}));
    DeadLetter letter =
        RejectionReason.IMAGE_EMPTY.letter(
            new RawRecord("t", 2, 3, 4, new byte[] {5}, new byte[] {6, 7}, headers), "x");
    byte[] singleObject = letter.toByteBuffer().array();
    try (StubRegistry stub = new StubRegistry(null)) {
      ConfluentEncoding<DeadLetter> encoding =
          new ConfluentEncoding<>(stub.config(), "a.dlq", DeadLetter.class);
      encoding.open();

      byte[] value = encoding.encode(letter);
      byte[] again = encoding.encode(letter);

      // 00, the id 70001, then: "IMAGE_EMPTY", "x", "t", partition 2, offset 3, time 4, [5], [6 7],
      // one header, "h" of [9], the end of the headers, and true: the letter is complete
      assertThat(HexFormat.of().withUpperCase().formatHex(value))
          .isEqualTo(
              "00"
                  + "00011171"
                  + "16494D4147455F454D505459"
                  + "0278"
                  + "0274"
                  + "04"
                  + "06"
                  + "08"
                  + "020205"
                  + "02040607"
                  + "020268020209"
                  + "00"
                  + "01");
      assertThat(Arrays.copyOfRange(value, 5, value.length))
          .isEqualTo(Arrays.copyOfRange(singleObject, 10, 10 + value.length - 5));
      assertThat(again).isEqualTo(value);
      assertThat(stub.requests()).containsExactly("POST /subjects/a.dlq-value/versions");
      assertThat(stub.schema(70_001)).isEqualTo(DeadLetter.getClassSchema());
    }
  }
}
