package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.AuditedRun.file;
import static io.rankstream.lab.chaos.AuditedRun.origin;
import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.image;
import static io.rankstream.lab.chaos.JobOutput.record;
import static io.rankstream.lab.chaos.JobOutput.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.tools.Records;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The audit of published models. */
class ModelAuditTest extends AuditedRun {

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

  @Test
  void takesAMeasurementForNoModel() {
    auditor.add(Records.drift(1_300, 300, 0.25));

    assertThat(auditor.audit().isClean()).isTrue();
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
}
