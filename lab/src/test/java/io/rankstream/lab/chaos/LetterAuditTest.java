package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.AuditedRun.origin;
import static io.rankstream.lab.chaos.JobOutput.damagedImage;
import static io.rankstream.lab.chaos.JobOutput.letter;
import static io.rankstream.lab.chaos.JobOutput.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

  @Test
  void findsLettersThatDidNotComeBack() throws Exception {
    Auditor returned = Auditor.afterReturn();
    returned.addInput(damaged);
    returned.addInput(record(origin(4), damagedImage("d")));
    returned.addInput(comesBack(origin(5), "d"));
    returned.add(letter(damaged));
    returned.add(letter(record(origin(4), damagedImage("d"))));
    returned.add(letter(comesBack(origin(5), "d")));

    assertThat(returned.audit().faults())
        .containsOnly(entry(AuditFault.LOST_RETURN, List.of(DAMAGED.toString())));
  }

  @Test
  void findsALetterThatCameBackTwice() throws Exception {
    Auditor returned = Auditor.afterReturn();
    for (ConsumerRecord<byte[], byte[]> each :
        List.of(
            record(origin(1), damagedImage("d")),
            record(origin(2), damagedImage("d")), // sent twice: each must come back
            comesBack(origin(3), "d"),
            comesBack(origin(4), "d"),
            comesBack(origin(5), "d"))) {
      returned.addInput(each);
      returned.add(letter(each));
    }

    assertThat(returned.audit().faults())
        .containsOnly(entry(AuditFault.REPEATED_RETURN, List.of("images-0@5")));
  }

  @Test
  void aRecordThatComesBackMustHaveALetterOfItsOwn() throws Exception {
    Auditor returned = Auditor.afterReturn();
    returned.addInput(damaged);
    returned.addInput(comesBack(origin(5), "c"));
    returned.add(letter(damaged));

    assertThat(returned.audit().faults())
        .containsOnly(entry(AuditFault.MISSING_LETTER, List.of("images-0@5")));
  }

  @Test
  void aRecordThatIsGoneAndThatItsLetterDoesNotHoldNeedNotComeBack() throws Exception {
    Auditor returned = Auditor.afterReturn();
    returned.addDeletedInput(damaged);
    returned.addInput(record(origin(4), damaged.value())); // an equal one, which is still there
    returned.add(incomplete(letter(damaged)));
    returned.add(incomplete(letter(record(origin(4), damaged.value()))));

    assertThat(returned.audit().faults().get(AuditFault.LOST_RETURN)).hasSize(1);
  }

  private DeadLetter incomplete(DeadLetter letter) {
    return DeadLetter.newBuilder(letter)
        .setValue(null)
        .setDetail("left: SHA-256 " + DigestUtils.sha256Hex(damaged.value()))
        .setComplete(false)
        .build();
  }

  private static ConsumerRecord<byte[], byte[]> comesBack(Origin origin, String id)
      throws Exception {
    ConsumerRecord<byte[], byte[]> record = record(origin, damagedImage(id));
    record.headers().add(RedrivenCount.HEADER, RedrivenCount.bytes(1));
    return record;
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
