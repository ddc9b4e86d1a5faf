package io.rankstream.pipeline.tools.redrive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.DeadLetter;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class LetterSelectionTest {

  private static final Set<RejectionReason> ALL = EnumSet.allOf(RejectionReason.class);
  private static final DeadLetter LETTER = Records.letter("LAG_SHED", "late", 7);

  @Test
  void takesTheReasonsThatAreNamed() {
    LetterSelection selection = LetterSelection.of(EnumSet.of(RejectionReason.LAG_SHED));

    assertThat(selection.reason(LETTER)).contains(RejectionReason.LAG_SHED);
    assertThat(selection.reason(Records.letter("IMAGE_EMPTY", "", 7))).isEmpty();
    assertThat(selection.reason(Records.letter("OF_A_LATER_RELEASE", "", 7))).isEmpty();
  }

  @Test
  void recordsThatAreBadThemselvesAreNotTakenUnlessNamed() {
    assertThat(LetterSelection.healable())
        .contains(
            RejectionReason.LAG_SHED,
            RejectionReason.TOO_MANY_CLASSES,
            RejectionReason.STREAM_UNKNOWN,
            RejectionReason.SCHEMA_UNKNOWN,
            RejectionReason.VALUE_TOO_LARGE)
        .doesNotContain(
            RejectionReason.KEY_INVALID,
            RejectionReason.ENVELOPE_INVALID,
            RejectionReason.IMAGE_CORRUPT);
  }

  @Test
  void timesAreThoseOfTheLettersWithoutTheEnd() {
    LetterSelection selection =
        new LetterSelection(
            ALL, Instant.ofEpochMilli(10), Instant.ofEpochMilli(20), null, null, null);

    assertThat(selection.takes(written(9), LETTER)).isFalse();
    assertThat(selection.takes(written(10), LETTER)).isTrue();
    assertThat(selection.takes(written(19), LETTER)).isTrue();
    assertThat(selection.takes(written(20), LETTER)).isFalse();
  }

  @Test
  void placesAreThoseOfTheOriginalRecords() {
    assertThat(new LetterSelection(ALL, null, null, null, "images", 0).takes(written(0), LETTER))
        .isTrue();
    assertThat(new LetterSelection(ALL, null, null, null, "other", null).takes(written(0), LETTER))
        .isFalse();
    assertThat(new LetterSelection(ALL, null, null, null, null, 1).takes(written(0), LETTER))
        .isFalse();
  }

  private static ConsumerRecord<byte[], byte[]> written(long time) {
    return new ConsumerRecord<>(
        "dlq",
        0,
        3,
        time,
        TimestampType.CREATE_TIME,
        0,
        0,
        null,
        null,
        new RecordHeaders(),
        Optional.empty());
  }
}
