package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.step;
import static io.rankstream.lab.chaos.JobOutput.unlabeled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The audit of training steps, and of doubles over several lineages. */
class TimelineAuditTest extends AuditedRun {

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
  void passesALineageThatGoesOnWithTheNextStep() {
    auditor.add(step("stream-0", 3, "2"));
    auditor.add(step("stream-0", 4, "2"));

    assertThat(auditor.audit().faults()).isEmpty();
    assertThat(auditor.audit().steps()).containsEntry("stream-0", 4L);
  }

  @Test
  void findsAGapBetweenTwoLineagesAndARepeatedStepOfTheSecond() {
    auditor.add(step("stream-0", 5, "2"));
    auditor.add(step("stream-0", 5, "2"));

    assertThat(auditor.audit().faults())
        .containsOnly(
            entry(AuditFault.STEP_GAP, List.of("stream-0 steps 3 to 4")),
            entry(AuditFault.STEP_REPEAT, List.of("stream-0 step 5")));
  }

  @Test
  void passesTheStepsOfReplicasSideBySide() {
    auditor.add(step("stream-0", 4));
    auditor.add(step("stream-0", 6));
    auditor.add(step("stream-0", 3));
    auditor.add(step("stream-0", 5, "2")); // the job goes on: one replica was ahead
    auditor.add(step("stream-0", 8, "2"));
    auditor.add(step("stream-0", 7, "2"));

    assertThat(auditor.audit().faults()).isEmpty();
    assertThat(auditor.audit().steps()).containsEntry("stream-0", 8L);
  }

  @Test
  void findsAStepThatTwoLineagesOfATimelineTook() {
    auditor.add(step("stream-0", 4, "2"));
    auditor.add(step("stream-0", 3, "2"));
    auditor.add(step("stream-0", 4)); // of a job that should have ended

    assertOnlyFault(AuditFault.STEP_REPEAT, "stream-0 step 4");
  }

  @Test
  void findsTheGapsOfReplicas() {
    auditor.add(step("stream-0", 9));
    auditor.add(step("stream-0", 4));
    auditor.add(step("stream-0", 7));

    assertOnlyFault(
        AuditFault.STEP_GAP,
        "stream-0 steps 3 to 3",
        "stream-0 steps 5 to 6",
        "stream-0 steps 8 to 8");
  }

  @Test
  void aRollbackIsOneFaultAndWhatComesAgainIsNoDouble() {
    auditor.add(step("stream-0", 2, "2")); // from a savepoint of step 1
    auditor.add(step("stream-0", 3, "2"));
    auditor.add(embedding("a", 2, "2"));
    auditor.add(unlabeled("u", 1, "2"));
    auditor.add(step("stream-1", 1, "2"));

    assertThat(auditor.audit().faults())
        .containsOnly(
            entry(
                AuditFault.ROLLED_BACK,
                List.of("stream-0 from step 2 to 1", "stream-1 from step 1 to 0")));
    assertThat(auditor.audit().steps()).containsEntry("stream-0", 3L);
  }

  @Test
  void eachTimelineOfAForkIsAudited() {
    auditor.add(step("stream-0", 3, "2"));
    auditor.add(step("stream-0", 2, "3"));
    auditor.add(step("stream-0", 4, "2")); // the other job still runs
    auditor.add(step("stream-0", 4, "3"));

    assertThat(auditor.audit().faults())
        .containsOnly(
            entry(AuditFault.ROLLED_BACK, List.of("stream-0 from step 3 to 1")),
            entry(AuditFault.STEP_GAP, List.of("stream-0 steps 3 to 3")));
  }

  @Test
  void findsDoublesWithinATimelineAfterARollback() {
    auditor.add(step("stream-0", 2, "2"));
    auditor.add(embedding("a", 2, "2"));
    auditor.add(embedding("a", 2, "2"));

    assertThat(auditor.audit().found(AuditFault.REPEATED_EMBEDDING))
        .containsExactly("images-0@0 of stream-0/a in lineage 2");
  }

  @Test
  void findsDoublesAcrossLineagesThatGoOn() {
    auditor.add(step("stream-0", 3, "2"));
    auditor.add(embedding("a", 2, "2")); // committed before the job was started again
    auditor.add(unlabeled("u", 2, "2"));

    assertThat(auditor.audit().faults())
        .containsOnly(
            entry(
                AuditFault.REPEATED_EMBEDDING,
                List.of("images-0@0 of stream-0/a", "images-0@0 of stream-0/u")));
  }
}
