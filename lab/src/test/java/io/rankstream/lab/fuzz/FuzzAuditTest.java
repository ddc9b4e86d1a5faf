package io.rankstream.lab.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;

class FuzzAuditTest {

  private static final Origin GOOD = new Origin("images", 0, 0);
  private static final Origin CUT = new Origin("images", 0, 1);
  private static final String DIGEST_OF_VALUE = DigestUtils.sha256Hex(bytes("value").array());

  private final FuzzAudit audit =
      new FuzzAudit(
          Map.of(
              GOOD, sent(Attack.GOOD),
              CUT, sent(Attack.ENVELOPE_CUT)));

  @Test
  void passesARecordThatIsEmbeddedAndOneThatIsReturned() {
    audit.add(embedding(GOOD));
    audit.add(embedding(GOOD)); // a replay
    assertThat(audit.isComplete()).isFalse();
    audit.add(letter(CUT, bytes("key"), bytes("value"), ""));

    assertThat(audit.isComplete()).isTrue();
    FuzzReport report = audit.report(3);
    assertThat(report.isClean()).isTrue();
    assertThat(report.attacks())
        .containsEntry(Attack.GOOD, new AttackCounts(1, 1, 0))
        .containsEntry(Attack.ENVELOPE_CUT, new AttackCounts(1, 0, 1));
    assertThat(report.reasons()).containsOnly(Map.entry("ENVELOPE_INVALID", 1L));
    assertThat(report.brokerRefused()).isEqualTo(3);
  }

  @Test
  void aDeletionComesOutAsOneTombstoneWithItsKey() {
    FuzzAudit audit = new FuzzAudit(Map.of(GOOD, sent(Attack.DELETION)));

    audit.addTombstone(new byte[] {1});
    audit.addTombstone(null);
    assertThat(audit.isComplete()).isFalse();
    audit.addTombstone(bytes("key").array());

    assertThat(audit.isComplete()).isTrue();
    assertThat(audit.report(0).isClean()).isTrue();
    audit.addTombstone(bytes("key").array());
    assertThat(audit.report(0).problems())
        .containsExactly("images-0@0 (deletion) has two tombstones");
  }

  @Test
  void findsALostRecord() {
    audit.add(embedding(GOOD));

    assertThat(audit.isComplete()).isFalse();
    assertThat(problems()).containsExactly("images-0@1 (envelope-cut) is lost");
  }

  @Test
  void findsARecordWithAnEmbeddingAndADeadLetter() {
    audit.add(embedding(GOOD));
    audit.add(embedding(CUT));
    audit.add(letter(CUT, bytes("key"), bytes("value"), ""));

    assertThat(problems())
        .containsExactly("images-0@1 (envelope-cut) has both an embedding and a dead letter");
  }

  @Test
  void findsASecondDeadLetter() {
    audit.add(embedding(GOOD));
    audit.add(letter(CUT, bytes("key"), bytes("value"), ""));
    audit.add(letter(CUT, bytes("key"), bytes("value"), ""));

    assertThat(problems()).containsExactly("images-0@1 (envelope-cut) has two dead letters");
  }

  @Test
  void findsARecordThatComesBackAltered() {
    audit.add(embedding(GOOD));
    audit.add(letter(CUT, bytes("key"), bytes("valuf"), ""));

    assertThat(problems())
        .containsExactly("images-0@1 (envelope-cut, ENVELOPE_INVALID) came back altered");
  }

  @Test
  void findsAKeyThatComesBackAltered() {
    audit.add(embedding(GOOD));
    audit.add(letter(CUT, bytes("kez"), bytes("value"), ""));

    assertThat(problems()).hasSize(1);
  }

  @Test
  void aLetterThatLeavesTheValueBehindMustNameItsDigest() {
    audit.add(embedding(GOOD));
    audit.add(letter(CUT, bytes("key"), null, "too large, SHA-256 " + DIGEST_OF_VALUE));

    assertThat(problems()).isEmpty();
  }

  @Test
  void aLetterThatLeavesTheValueBehindWithoutItsDigestIsAltered() {
    audit.add(embedding(GOOD));
    audit.add(letter(CUT, bytes("key"), null, "too large"));

    assertThat(problems()).hasSize(1);
  }

  @Test
  void findsHeadersThatComeBackAltered() {
    Header empty = new RecordHeader("a", new byte[0]);
    Header other = new RecordHeader("b", new byte[] {-1});
    FuzzAudit withHeaders =
        new FuzzAudit(
            Map.of(
                CUT,
                SentRecord.of(
                    new HostileRecord(
                        Attack.ODD_HEADERS_RETURNED,
                        bytes("key").array(),
                        bytes("value").array(),
                        List.of(empty, other),
                        null))));
    DeadLetter letter = letter(CUT, bytes("key"), bytes("value"), "");
    letter.setHeaders(
        List.of(
            new LetterHeader("a", null), new LetterHeader("b", ByteBuffer.wrap(new byte[] {-1}))));

    withHeaders.add(letter);

    assertThat(withHeaders.report(0).problems()).hasSize(1).first().asString().contains("altered");
  }

  @Test
  void passesHeadersThatComeBackAndThoseThatALetterHasNoRoomFor() {
    HostileRecord record =
        new HostileRecord(
            Attack.ODD_HEADERS_RETURNED,
            bytes("key").array(),
            bytes("value").array(),
            List.of(new RecordHeader("a", new byte[] {7}), new RecordHeader("a", (byte[]) null)),
            null);
    FuzzAudit withHeaders =
        new FuzzAudit(Map.of(GOOD, SentRecord.of(record), CUT, SentRecord.of(record)));
    DeadLetter whole = letter(GOOD, bytes("key"), bytes("value"), "");
    whole.setHeaders(
        List.of(
            new LetterHeader("a", ByteBuffer.wrap(new byte[] {7})), new LetterHeader("a", null)));

    withHeaders.add(whole);
    withHeaders.add(
        letter(CUT, bytes("key"), bytes("value"), "; the headers stay in the source topic (…)"));

    assertThat(withHeaders.report(0).problems()).isEmpty();
  }

  @Test
  void ignoresTheRecordsOfOthers() {
    audit.add(embedding(GOOD));
    audit.add(letter(CUT, bytes("key"), bytes("value"), ""));
    Origin other = new Origin("images", 1, 0);
    audit.add(embedding(other));
    audit.add(letter(other, bytes("key"), bytes("value"), ""));

    FuzzReport report = audit.report(0);
    assertThat(report.isClean()).isTrue();
    assertThat(report.total()).isEqualTo(new AttackCounts(2, 1, 1));
  }

  private List<String> problems() {
    FuzzReport report = audit.report(0);
    assertThat(report.isClean()).isEqualTo(report.problems().isEmpty());
    return report.problems();
  }

  private static SentRecord sent(Attack attack) {
    return SentRecord.of(
        new HostileRecord(attack, bytes("key").array(), bytes("value").array(), List.of(), null));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static ImageEmbedding embedding(Origin origin) {
    return ImageEmbedding.newBuilder(Records.embedding(origin.offset(), null, 1, 0.5f))
        .setSourceTopic(origin.topic())
        .setSourcePartition(origin.partition())
        .build();
  }

  private static DeadLetter letter(Origin origin, ByteBuffer key, ByteBuffer value, String detail) {
    return DeadLetter.newBuilder(Records.letter("ENVELOPE_INVALID", detail, origin.offset()))
        .setKey(key)
        .setValue(value)
        .setSourceTopic(origin.topic())
        .setSourcePartition(origin.partition())
        .build();
  }
}
