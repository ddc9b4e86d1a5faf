package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.JobOutput.damagedImage;
import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.image;
import static io.rankstream.lab.chaos.JobOutput.letter;
import static io.rankstream.lab.chaos.JobOutput.record;
import static io.rankstream.lab.chaos.JobOutput.step;
import static io.rankstream.lab.chaos.JobOutput.unlabeledImage;
import static io.rankstream.lab.chaos.JobOutput.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test adds one fault to a clean run, or leaves out what makes it one. */
class AuditorTest {

  private static final Origin DAMAGED = new Origin("images", 1, 7);
  private static final RecordKey A = new RecordKey("stream-0", "a");

  @TempDir Path directory;

  private final Auditor auditor = new Auditor();
  private Path weights;
  private ConsumerRecord<byte[], byte[]> damaged;

  @BeforeEach
  void aCleanRun() throws Exception {
    auditor.addInput(record(origin(0), image("a")));
    auditor.addInput(record(origin(1), image("b")));
    auditor.addInput(record(origin(2), image("b"))); // a producer that retries
    damaged = record(DAMAGED, damagedImage("c"));
    auditor.addInput(damaged);
    auditor.addInput(record(origin(9), unlabeledImage("u")));
    auditor.add(embedding("a", 0));
    auditor.add(embedding("b", 1));
    auditor.add(embedding("a", 2)); // replayed: the same image, a newer model
    auditor.add(step("stream-0", 1));
    auditor.add(step("stream-1", 1));
    auditor.add(step("stream-0", 2));
    auditor.add(letter(damaged));
    auditor.add(unlabeled("u", 1));
    weights = Files.writeString(directory.resolve("stream-0.safetensors"), file("weights"));
    auditor.add(version("stream-0", weights.toUri(), JobOutput.sha256(weights)));
  }

  @Test
  void passesACleanRun() throws Exception {
    Audit audit = auditor.audit();

    assertThat(audit.faults()).isEmpty();
    assertThat(audit.isClean()).isTrue();
    assertThat(audit.accepted()).isEqualTo(3);
    assertThat(audit.damaged()).isEqualTo(1);
    assertThat(audit.embeddings()).isEqualTo(4);
    assertThat(audit.steps()).containsOnly(entry("stream-0", 2L), entry("stream-1", 1L));
    assertThat(audit.models()).containsOnly(entry("stream-0", DigestUtils.sha256Hex("weights")));
  }

  @Test
  void doesNotPassARunWithoutInput() {
    assertThat(new Auditor().audit().isClean()).isFalse();
  }

  @Test
  void findsALostImage() throws Exception {
    auditor.addInput(record(origin(3), image("lost")));

    assertOnlyFault(AuditFault.LOST_IMAGE, "stream-0/lost");
  }

  @Test
  void findsAnEmbeddingOfAnImageThatWasNeverSent() {
    auditor.add(embedding("never-sent", 2));

    assertOnlyFault(AuditFault.UNKNOWN_IMAGE, "stream-0/never-sent");
  }

  @Test
  void findsAnImageThatWasEmbeddedTwiceWithTheSameVersion() {
    auditor.add(embedding("a", 2));

    assertOnlyFault(AuditFault.REPEATED_EMBEDDING, "stream-0/a@2");
  }

  @Test
  void findsALostImageBehindAnotherOfTheSameIdInAnotherStream() throws Exception {
    auditor.addInput(record(origin(3), image("stream-1", "a")));

    assertOnlyFault(AuditFault.LOST_IMAGE, "stream-1/a");
  }

  @Test
  void passesEqualIdsOfTwoStreamsWithOneVersion() throws Exception {
    auditor.addInput(record(origin(3), image("stream-1", "a")));
    auditor.add(embedding("stream-1", "a", 2)); // stream-0 has an a of version 2 too

    assertThat(auditor.audit().faults()).isEmpty();
  }

  @Test
  void passesADeletionAndAnImageThatIsSentAgain() throws Exception {
    auditor.addInput(record(origin(3), A.bytes(), null));
    auditor.addTombstone(A);
    auditor.addInput(record(origin(4), image("a")));
    auditor.add(embedding("a", 2)); // in another life, with the same version

    assertThat(auditor.audit().faults()).isEmpty();
  }

  @Test
  void passesADeletionBeforeTheFirstEmbedding() throws Exception {
    auditor.addInput(record(origin(3), image("short-lived")));
    auditor.addInput(record(origin(4), new RecordKey("stream-0", "short-lived").bytes(), null));
    auditor.addTombstone(new RecordKey("stream-0", "short-lived"));

    assertThat(auditor.audit().faults()).isEmpty();
  }

  @Test
  void findsAnEmbeddingBehindATombstone() {
    auditor.addInput(record(origin(3), A.bytes(), null));
    auditor.addTombstone(A);
    auditor.add(embedding("a", 3));

    assertOnlyFault(AuditFault.EMBEDDED_AFTER_DELETION, "stream-0/a (after deletion 1)");
  }

  @Test
  void findsAnImageThatIsLostAfterItWasDeletedAndSentAgain() throws Exception {
    auditor.addInput(record(origin(3), A.bytes(), null));
    auditor.addTombstone(A);
    auditor.addInput(record(origin(4), image("a")));

    assertOnlyFault(AuditFault.LOST_IMAGE, "stream-0/a (after deletion 1)");
  }

  @Test
  void findsADeletionWithoutTombstone() {
    auditor.addInput(record(origin(3), A.bytes(), null));

    assertOnlyFault(AuditFault.LOST_DELETION, "stream-0/a");
  }

  @Test
  void findsATombstoneThatNobodyAskedForAndOneThatComesTwice() {
    auditor.addInput(record(origin(3), A.bytes(), null));
    auditor.addTombstone(A);
    auditor.addTombstone(A);
    auditor.addTombstone(new RecordKey("stream-1", "b"));

    assertThat(auditor.audit().faults()).containsOnlyKeys(AuditFault.UNKNOWN_DELETION);
    assertThat(auditor.audit().found(AuditFault.UNKNOWN_DELETION))
        .containsExactlyInAnyOrder("stream-0/a", "stream-1/b");
  }

  @Test
  void findsAGapInTheSteps() {
    auditor.add(step("stream-0", 5));
    auditor.add(step("stream-0", 6));

    assertOnlyFault(AuditFault.STEP_GAP, "stream-0 steps 3 to 4");
  }

  @Test
  void findsAStreamThatDoesNotStartWithTheFirstStep() {
    auditor.add(step("stream-2", 2));

    assertOnlyFault(AuditFault.STEP_GAP, "stream-2 steps 1 to 1");
  }

  @Test
  void findsEachRepeatedStep() {
    auditor.add(step("stream-0", 1));
    auditor.add(step("stream-0", 2));
    auditor.add(step("stream-0", 3));

    assertOnlyFault(AuditFault.STEP_REPEAT, "stream-0 step 1", "stream-0 step 2");
  }

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
  void findsASecondEmbeddingOfAnUnlabelledImageUnderAnotherVersion() {
    auditor.add(unlabeled("u", 2));

    assertOnlyFault(AuditFault.REPEATED_UNLABELED, "stream-0/u");
  }

  @Test
  void anotherPictureOfAnUnlabelledImageHasAnEmbeddingOfItsOwn() throws Exception {
    LabeledImage other = LabeledImage.getDecoder().decode(unlabeledImage("u"));
    other.setImage(ByteBuffer.wrap(new byte[] {7}));
    auditor.addInput(record(origin(3), ImageEnvelope.seal(other)));
    auditor.add(unlabeled("u", 2));

    assertThat(auditor.audit().faults()).isEmpty();
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
  void findsAModelFileWithOtherBytesThanAnnounced() throws Exception {
    Path other = Files.writeString(directory.resolve("other.safetensors"), file("other weights"));
    auditor.add(version("stream-0", other.toUri(), JobOutput.sha256(weights)));

    assertThat(auditor.audit().faults()).containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
    assertThat(auditor.audit().found(AuditFault.FOREIGN_WEIGHTS))
        .singleElement()
        .asString()
        .contains(
            "stream-0", JobOutput.sha256(weights), JobOutput.sha256(other), "other.safetensors");
  }

  @Test
  void findsAnAnnouncedModelFileThatIsMissing() throws Exception {
    Path missing = directory.resolve("missing.safetensors");
    auditor.add(version("stream-1", missing.toUri(), JobOutput.sha256(weights)));

    assertThat(auditor.audit().faults()).containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
  }

  /** A safetensors file has the length of its header, which is empty here, then the weights. */
  private static String file(String weights) {
    return "\0".repeat(Long.BYTES) + weights;
  }

  @Test
  void passesTwoRunsWithTheSameWeights() {
    Audit audit = auditor.audit();

    assertThat(audit.comparedWith(audit).isClean()).isTrue();
  }

  @Test
  void findsWeightsThatDifferFromThoseOfTheUndisturbedRun() throws Exception {
    Audit undisturbed = auditor.audit();
    Path other = Files.writeString(directory.resolve("other.safetensors"), file("other weights"));
    auditor.add(version("stream-0", other.toUri(), JobOutput.sha256(other)));

    Audit audit = auditor.audit();
    assertThat(audit.isClean()).isTrue(); // by itself
    assertThat(audit.comparedWith(undisturbed).faults())
        .containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
  }

  @Test
  void findsAModelThatOnlyOneOfTwoRunsHasPublished() throws Exception {
    Audit one = auditor.audit();
    auditor.add(version("stream-1", weights.toUri(), JobOutput.sha256(weights)));
    Audit two = auditor.audit();

    assertThat(two.comparedWith(one).faults()).containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
    assertThat(one.comparedWith(two).faults()).containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
  }

  @Test
  void twoRunsWithoutAnyModelProveNothing() throws Exception {
    Auditor without = new Auditor();
    without.addInput(record(origin(0), image("a")));
    without.add(embedding("a", 0));
    Audit audit = without.audit();

    assertThat(audit.isClean()).isTrue();
    assertThat(audit.comparedWith(audit).isClean()).isFalse();
  }

  @Test
  void printsCountsAndTheFirstPlacesOfEachFault() throws Exception {
    for (int i = 0; i < 7; i++) {
      auditor.addInput(record(origin(10 + i), image("lost-" + i)));
    }

    assertThat(auditor.audit().toString())
        .contains("accepted images            10, without embedding 7, embedded but never sent 0")
        .contains(
            "image without embedding: stream-0/lost-0, stream-0/lost-1, stream-0/lost-2, stream-0/lost-3, stream-0/lost-4 and 2 more")
        .doesNotContain("lost-5");
  }

  /** An embedding of an image without label. */
  private static ImageEmbedding unlabeled(String id, long version) {
    ImageEmbedding embedding = embedding(id, version);
    embedding.setLabel(null);
    return embedding;
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

  private static Origin origin(long offset) {
    return new Origin("images", 0, offset);
  }

  private void assertOnlyFault(AuditFault fault, String... places) {
    Audit audit = auditor.audit();
    assertThat(audit.faults()).containsOnlyKeys(fault);
    assertThat(audit.found(fault)).containsExactly(places);
    assertThat(audit.isClean()).isFalse();
  }
}
