package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.AuditedRun.origin;
import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.image;
import static io.rankstream.lab.chaos.JobOutput.record;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.wire.RecordKey;
import org.junit.jupiter.api.Test;

/** The audit of deletions and tombstones. */
class DeletionAuditTest extends AuditedRun {

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
}
