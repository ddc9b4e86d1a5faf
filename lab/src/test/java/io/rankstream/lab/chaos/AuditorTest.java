package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.JobOutput.damagedImage;
import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.image;
import static io.rankstream.lab.chaos.JobOutput.letter;
import static io.rankstream.lab.chaos.JobOutput.step;
import static io.rankstream.lab.chaos.JobOutput.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.rankstream.lab.audit.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test adds one fault to a clean run, or leaves out what makes it one. */
class AuditorTest {

  private static final Origin DAMAGED = new Origin("images", 1, 7);

  @TempDir Path directory;

  private final Auditor auditor = new Auditor();
  private Path weights;

  @BeforeEach
  void aCleanRun() throws Exception {
    auditor.addInput(origin(0), image("a"));
    auditor.addInput(origin(1), image("b"));
    auditor.addInput(origin(2), image("b")); // a producer that retries
    auditor.addInput(DAMAGED, damagedImage("c"));
    auditor.add(embedding("a", 0));
    auditor.add(embedding("b", 1));
    auditor.add(embedding("a", 2)); // replayed: the same image, a newer model
    auditor.add(step("stream-0", 1));
    auditor.add(step("stream-1", 1));
    auditor.add(step("stream-0", 2));
    auditor.add(letter(DAMAGED));
    weights = Files.writeString(directory.resolve("stream-0.safetensors"), "weights");
    auditor.add(version("stream-0", weights.toUri(), JobOutput.sha256(weights)));
  }

  @Test
  void passesACleanRun() throws Exception {
    Audit audit = auditor.audit();

    assertThat(audit.faults()).isEmpty();
    assertThat(audit.isClean()).isTrue();
    assertThat(audit.accepted()).isEqualTo(2);
    assertThat(audit.damaged()).isEqualTo(1);
    assertThat(audit.embeddings()).isEqualTo(3);
    assertThat(audit.steps()).containsOnly(entry("stream-0", 2L), entry("stream-1", 1L));
    assertThat(audit.models()).containsOnly(entry("stream-0", JobOutput.sha256(weights)));
  }

  @Test
  void doesNotPassARunWithoutInput() {
    assertThat(new Auditor().audit().isClean()).isFalse();
  }

  @Test
  void findsALostImage() throws Exception {
    auditor.addInput(origin(3), image("lost"));

    assertOnlyFault(AuditFault.LOST_IMAGE, "lost");
  }

  @Test
  void findsAnEmbeddingOfAnImageThatWasNeverSent() {
    auditor.add(embedding("never-sent", 2));

    assertOnlyFault(AuditFault.UNKNOWN_IMAGE, "never-sent");
  }

  @Test
  void findsAnImageThatWasEmbeddedTwiceWithTheSameVersion() {
    auditor.add(embedding("a", 2));

    assertOnlyFault(AuditFault.REPEATED_EMBEDDING, "a@2");
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
    auditor.addInput(origin(3), damagedImage("d"));

    assertOnlyFault(AuditFault.MISSING_LETTER, "images-0@3");
  }

  @Test
  void aRecordWithoutValueMustHaveADeadLetter() {
    auditor.addInput(origin(3), null);

    assertOnlyFault(AuditFault.MISSING_LETTER, "images-0@3");
  }

  @Test
  void findsASecondDeadLetter() {
    auditor.add(letter(DAMAGED));

    assertOnlyFault(AuditFault.REPEATED_LETTER, "images-1@7");
  }

  @Test
  void findsADeadLetterOfAGoodRecord() {
    auditor.add(letter(origin(0)));

    assertOnlyFault(AuditFault.WRONG_LETTER, "images-0@0");
  }

  @Test
  void findsAModelFileWithOtherBytesThanAnnounced() throws Exception {
    Path other = Files.writeString(directory.resolve("other.safetensors"), "other weights");
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

  @Test
  void passesTwoRunsWithTheSameWeights() {
    Audit audit = auditor.audit();

    assertThat(audit.comparedWith(audit).isClean()).isTrue();
  }

  @Test
  void findsWeightsThatDifferFromThoseOfTheUndisturbedRun() throws Exception {
    Audit undisturbed = auditor.audit();
    Path other = Files.writeString(directory.resolve("other.safetensors"), "other weights");
    auditor.add(version("stream-0", other.toUri(), JobOutput.sha256(other)));

    Audit audit = auditor.audit();
    assertThat(audit.isClean()).isTrue(); // by itself
    assertThat(audit.comparedWith(undisturbed).faults())
        .containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
  }

  @Test
  void findsAModelThatOnlyOneOfTwoRunsHasPublished() {
    Audit one = auditor.audit();
    auditor.add(version("stream-1", weights.toUri(), one.models().get("stream-0")));
    Audit two = auditor.audit();

    assertThat(two.comparedWith(one).faults()).containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
    assertThat(one.comparedWith(two).faults()).containsOnlyKeys(AuditFault.FOREIGN_WEIGHTS);
  }

  @Test
  void twoRunsWithoutAnyModelProveNothing() throws Exception {
    Auditor without = new Auditor();
    without.addInput(origin(0), image("a"));
    without.add(embedding("a", 0));
    Audit audit = without.audit();

    assertThat(audit.isClean()).isTrue();
    assertThat(audit.comparedWith(audit).isClean()).isFalse();
  }

  @Test
  void printsCountsAndTheFirstPlacesOfEachFault() throws Exception {
    for (int i = 0; i < 7; i++) {
      auditor.addInput(origin(10 + i), image("lost-" + i));
    }

    assertThat(auditor.audit().toString())
        .contains("accepted images            9, without embedding 7, embedded but never sent 0")
        .contains("image without embedding: lost-0, lost-1, lost-2, lost-3, lost-4 and 2 more")
        .doesNotContain("lost-5");
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
