package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.AuditedRun.origin;
import static io.rankstream.lab.chaos.JobOutput.damagedImage;
import static io.rankstream.lab.chaos.JobOutput.letter;
import static io.rankstream.lab.chaos.JobOutput.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;

/** The audit of dead letters. */
class LetterAuditTest extends AuditedRun {

  @Test
  void findsADamagedRecordWithoutADeadLetter() throws Exception {
    auditor.addInput(record(origin(3), damagedImage("d")));

    assertOnlyFault(AuditFault.MISSING_LETTER, "images-0@3");
  }

  @Test
  void aRecordWithoutValueWhoseKeyNamesNoImageMustHaveADeadLetter() {
    auditor.addInput(record(origin(3), null));

    assertOnlyFault(AuditFault.MISSING_LETTER, "images-0@3");
  }

  @Test
  void findsASecondDeadLetter() {
    auditor.add(letter(damaged));

    assertOnlyFault(AuditFault.REPEATED_LETTER, "images-1@7");
  }

  @Test
  void findsALetterWithoutItsValueKeyOrHeaders() throws Exception {
    assertAltered(letter -> letter.setValue(null));
    assertAltered(letter -> letter.setKey(null));
    assertAltered(letter -> letter.setHeaders(List.of()));
  }

  @Test
  void findsALetterWithOneBitTurned() throws Exception {
    assertAltered(
        letter -> {
          byte[] value = damagedImage("c");
          value[10] ^= 1;
          letter.setValue(ByteBuffer.wrap(value));
        });
    assertAltered(letter -> letter.setKey(ByteBuffer.wrap(new byte[] {0})));
    assertAltered(
        letter ->
            letter.setHeaders(List.of(new LetterHeader("trace", ByteBuffer.wrap(new byte[] {3})))));
    assertAltered(
        letter ->
            letter.setHeaders(List.of(new LetterHeader("trac", ByteBuffer.wrap(new byte[] {2})))));
  }

  @Test
  void passesALetterThatHasTheDigestOfAValueThatDidNotFit() throws Exception {
    Auditor other = new Auditor();
    other.addInput(damaged);
    other.add(
        DeadLetter.newBuilder(letter(damaged))
            .setValue(null)
            .setDetail("left: SHA-256 " + DigestUtils.sha256Hex(damaged.value()))
            .build());

    assertThat(other.audit().faults()).isEmpty();
  }

  @Test
  void findsADeadLetterOfAGoodRecord() {
    auditor.add(letter(origin(0)));

    assertOnlyFault(AuditFault.WRONG_LETTER, "images-0@0");
  }

  private interface Forgery {
    void alter(DeadLetter letter) throws Exception;
  }

  private void assertAltered(Forgery forgery) throws Exception {
    Auditor other = new Auditor();
    other.addInput(damaged);
    DeadLetter letter = letter(damaged);
    forgery.alter(letter);
    other.add(letter);

    assertThat(other.audit().faults())
        .containsOnly(entry(AuditFault.ALTERED_LETTER, List.of(DAMAGED.toString())));
  }
}
