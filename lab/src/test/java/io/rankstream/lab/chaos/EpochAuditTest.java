package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.SweptPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A clean epoch, and each fault that one may have. The topic has three images and a damaged record
 * when the epoch is opened; a fourth image arrives while it is open, and a fifth afterwards.
 */
class EpochAuditTest {

  private static final String STREAM = "stream-0";
  private static final long SERVING = 3;
  private static final long NEXT = 8;

  private final EpochEmbeddings audit = new EpochEmbeddings();

  @BeforeEach
  void aCleanEpoch() {
    for (int offset = 0; offset < 3; offset++) {
      audit.sent(origin(offset), image(offset));
      embedded(offset, SERVING);
    }
    audit.damaged(origin(3), image(3).bytes());
    audit.sent(origin(4), image(4));
    audit.sent(origin(5), image(5));
    embedded(4, SERVING);
    embedded(4, NEXT);
    embedded(0, NEXT);
    embedded(1, NEXT);
    embedded(2, NEXT);
    embedded(5, NEXT);
    audit.marked(mark(EpochState.OPENED, 0, 0, 0));
  }

  @Test
  void passesACleanEpoch() throws Exception {
    audit.marked(mark(EpochState.COMPLETE, 3, 0, 1));
    commit(SERVING);
    commit(SERVING, NEXT);
    commit(NEXT);

    assertClean();
    assertThat(audit.images()).isEqualTo(5);
    assertThat(audit.records()).isEqualTo(5);
  }

  @Test
  void passesAnImageThatArrivesAgainOrIsDeletedBeforeTheSweepMeetsIt() {
    audit.sent(origin(6), image(1));
    embedded(6, 1, NEXT);
    audit.sent(origin(7), image(7));
    embedded(7, 7, SERVING);
    audit.deleted(origin(8), image(7));
    audit.tombstone(image(7));

    audit.marked(mark(EpochState.COMPLETE, 2, 1, 1));

    assertClean();
  }

  @Test
  void passesAnEpochThatWasAbortedButNotARunWithoutACompleteOne() throws Exception {
    audit.marked(mark(EpochState.ABORTED, 1, 0, 0));

    assertClean();
    assertThat(audit.epochs()).isEqualTo(Map.of(STREAM, 0L));

    Auditor auditor = Auditor.ofEpochsAfterReturn();
    auditor.addInput(JobOutput.record(origin(0), JobOutput.image("a")));
    auditor.add(JobOutput.embedding("a", SERVING));
    assertThat(auditor.audit().faults()).isEmpty();
    assertThat(auditor.audit().isClean()).isFalse();

    auditor.add(mark(EpochState.OPENED, 0, 0, 0));
    ModelVersion complete = mark(EpochState.COMPLETE, 0, 0, 0);
    complete.getEpoch().setPartitions(List.of(new SweptPartition(0, 0L)));
    auditor.add(complete);
    ImageEmbedding next = JobOutput.embedding("a", NEXT);
    auditor.add(next);
    assertThat(auditor.audit().isClean()).isTrue();
    assertThat(auditor.audit().toString()).contains("complete epochs            {stream-0=1}");
  }

  @Test
  void findsAnImageThatTheEpochLeavesOut() {
    audit.sent(new Origin("images", 1, 0), image(9));
    embedded(9, SERVING); // it arrived before the epoch was opened

    ModelVersion mark = mark(EpochState.COMPLETE, 4, 0, 1);
    mark.getEpoch().setPartitions(List.of(new SweptPartition(0, 4L), new SweptPartition(1, 1L)));
    audit.marked(mark);

    assertFaults(AuditFault.INCOMPLETE_EPOCH, AuditFault.OLDER_VERSION);
    assertThat(audit.faults().get(AuditFault.INCOMPLETE_EPOCH))
        .isEqualTo(List.of("stream-0 epoch 1: " + image(9)));
  }

  @Test
  void findsARecordThatIsEmbeddedTwiceUnderOneVersion() {
    embedded(2, NEXT);

    assertFaults(AuditFault.REPEATED_EMBEDDING);
  }

  @Test
  void findsWrongCounts() {
    audit.marked(mark(EpochState.COMPLETE, 2, 0, 1));

    assertFaults(AuditFault.WRONG_COUNT);
  }

  @Test
  void findsADamagedRecordThatWasNotCounted() {
    audit.marked(mark(EpochState.COMPLETE, 3, 0, 0));

    assertFaults(AuditFault.WRONG_COUNT);
  }

  @Test
  void findsATransactionWithVersionsOfNoOpening() throws Exception {
    commit(NEXT, NEXT + 1);

    assertFaults(AuditFault.MIXED_VERSIONS);
  }

  @Test
  void findsALastRecordThatIsOlderThanTheEpoch() {
    audit.marked(mark(EpochState.COMPLETE, 3, 0, 1));
    embedded(6, 1, SERVING); // of a record that arrives when all is complete

    assertFaults(AuditFault.OLDER_VERSION);
  }

  @Test
  void findsALostImageAndOneThatWasNeverSent() {
    audit.sent(origin(6), image(6));
    embedded(7, NEXT);

    assertFaults(AuditFault.LOST_IMAGE, AuditFault.UNKNOWN_IMAGE);
  }

  @Test
  void findsAnImageThatIsThereAfterItsDeletion() {
    audit.tombstone(image(1));
    audit.deleted(origin(6), image(1));
    assertClean();

    embedded(1, NEXT + 1);

    assertFaults(AuditFault.EMBEDDED_AFTER_DELETION);
  }

  private void embedded(int number, long version) {
    embedded(number, number, version);
  }

  private void embedded(long offset, int number, long version) {
    ImageEmbedding embedding = JobOutput.embedding(image(number).imageId(), version);
    embedding.setSourceOffset(offset);
    audit.embedded(embedding, "");
  }

  private void commit(long... versions) throws Exception {
    List<byte[]> values = new ArrayList<>();
    for (long version : versions) {
      values.add(JobOutput.embedding("a", version).toByteBuffer().array());
    }
    audit.committed(new CommittedTransaction(1, values));
  }

  private void assertClean() {
    assertFaults();
  }

  private void assertFaults(AuditFault... faults) {
    assertThat(
            audit.faults().entrySet().stream()
                .filter(fault -> !fault.getValue().isEmpty())
                .map(fault -> fault.getKey()))
        .containsExactlyInAnyOrder(faults);
  }

  /** A mark of the epoch that reads the first four records. */
  private static ModelVersion mark(EpochState state, long images, long superseded, long refused) {
    ModelVersion mark = Records.mark(NEXT, 1, state);
    mark.setStream(STREAM);
    VersionRank serving = VersionRank.of(JobOutput.embedding("a", SERVING));
    mark.setLineage(serving.lineage());
    EpochMark epoch = mark.getEpoch();
    epoch.setPreviousLineage(serving.lineage());
    epoch.setPreviousVersion(serving.version());
    epoch.setImages(images);
    epoch.setSuperseded(superseded);
    epoch.setRefused(refused);
    epoch.setPartitions(List.of(new SweptPartition(0, 4L)));
    return mark;
  }

  private static RecordKey image(int number) {
    return new RecordKey(STREAM, "image-" + number);
  }

  private static Origin origin(long offset) {
    return new Origin("images", 0, offset);
  }
}
