package io.rankstream.pipeline.tools.redrive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.tools.Records;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

class OriginalRecordTest {

  @Test
  void theRecordComesBackWholeAndWithItsCount() {
    DeadLetter letter =
        letter(
            new LetterHeader("tenant", ByteBuffer.wrap(new byte[] {1})),
            new LetterHeader("tenant", null));

    ProducerRecord<byte[], byte[]> again = OriginalRecord.in(letter, 2).again(null);

    assertThat(again.topic()).isEqualTo("images");
    assertThat(again.partition()).isEqualTo(2);
    assertThat(again.timestamp()).describedAs("the time of sending").isNull();
    assertThat(again.key()).isEqualTo("k".getBytes(UTF_8));
    assertThat(again.value()).containsExactly(4, 5);
    assertThat(again.headers())
        .extracting(Header::key)
        .containsExactly("tenant", "tenant", RedrivenCount.HEADER);
    assertThat(again.headers().lastHeader(RedrivenCount.HEADER).value())
        .isEqualTo("1".getBytes(UTF_8));
  }

  @Test
  void theCountGrowsEachTime() {
    DeadLetter letter =
        letter(new LetterHeader(RedrivenCount.HEADER, ByteBuffer.wrap("3".getBytes(UTF_8))));

    ProducerRecord<byte[], byte[]> again = OriginalRecord.in(letter, 2).again(null);

    assertThat(again.headers())
        .singleElement()
        .satisfies(header -> assertThat(header.value()).isEqualTo("4".getBytes(UTF_8)));
  }

  @Test
  void aCountThatIsNoNumberIsNone() {
    for (String value : List.of("", "-1", "many", "99999999999")) {
      DeadLetter letter =
          letter(new LetterHeader(RedrivenCount.HEADER, ByteBuffer.wrap(value.getBytes(UTF_8))));

      assertThat(OriginalRecord.in(letter, 2).redriven()).as(value).isZero();
    }
    assertThat(
            OriginalRecord.in(letter(new LetterHeader(RedrivenCount.HEADER, null)), 2).redriven())
        .isZero();
  }

  @Test
  void inAnotherTopicTheKeyChoosesThePartition() {
    ProducerRecord<byte[], byte[]> again = OriginalRecord.in(letter(), 2).again("elsewhere");

    assertThat(again.topic()).isEqualTo("elsewhere");
    assertThat(again.partition()).isNull();
  }

  private static DeadLetter letter(LetterHeader... headers) {
    return DeadLetter.newBuilder(Records.letter("STREAM_UNKNOWN", "", 7))
        .setKey(ByteBuffer.wrap("k".getBytes(UTF_8)))
        .setValue(ByteBuffer.wrap(new byte[] {4, 5}))
        .setHeaders(Arrays.asList(headers))
        .build();
  }
}
