package io.rankstream.lab.chaos;

import static io.rankstream.lab.chaos.AuditedRun.origin;
import static io.rankstream.lab.chaos.JobOutput.again;
import static io.rankstream.lab.chaos.JobOutput.embedding;
import static io.rankstream.lab.chaos.JobOutput.image;
import static io.rankstream.lab.chaos.JobOutput.record;
import static io.rankstream.lab.chaos.JobOutput.unlabeled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.codec.digest.DigestUtils;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Each test adds one fault to the images of a clean run, or leaves out what makes it one. */
class AuditorTest extends AuditedRun {

  @Test
  void passesACleanRun() throws Exception {
    Audit audit = auditor.audit();

    assertThat(audit.faults()).isEmpty();
    assertThat(audit.isClean()).isTrue();
    assertThat(audit.accepted()).isEqualTo(3);
    assertThat(audit.damaged()).isEqualTo(1);
    assertThat(audit.embeddings()).isEqualTo(3);
    assertThat(audit.steps()).containsOnly(entry("stream-0", 2L), entry("stream-1", 1L));
    assertThat(audit.models()).containsOnly(entry("stream-0", DigestUtils.sha256Hex("weights")));
  }

  @Test
  void aMarkOfAnEpochIsNoPublishedModel() {
    auditor.add(Records.mark(3, 1, EpochState.COMPLETE)); // its file is not there

    assertThat(auditor.audit().faults()).isEmpty();
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
  void findsARecordThatWasEmbeddedTwiceWhenItArrived() {
    auditor.add(embedding("a", 2));

    assertOnlyFault(AuditFault.REPEATED_EMBEDDING, "images-0@0 of stream-0/a");
  }

  @Test
  void findsAnUnlabelledImageThatWasEmbeddedTwice() {
    auditor.add(unlabeled("u", 2));

    assertOnlyFault(AuditFault.REPEATED_EMBEDDING, "images-0@0 of stream-0/u");
  }

  @Test
  void passesAnImageThatIsEmbeddedAgainUnderOneVersion() {
    auditor.add(again("a", 2));
    auditor.add(again("a", 2));

    assertThat(auditor.audit().faults()).isEmpty();
  }

  @Test
  void findsATransactionWithTwoVersionsOfAStream() throws Exception {
    auditor.add(transaction(embedding("a", 2), embedding("b", 2), embedding("stream-1", "a", 1)));
    assertThat(auditor.audit().faults()).isEmpty();

    auditor.add(transaction(embedding("a", 2), embedding("b", 3)));

    assertThat(auditor.audit().faults()).containsOnlyKeys(AuditFault.MIXED_VERSIONS);
    assertThat(auditor.audit().found(AuditFault.MIXED_VERSIONS))
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("stream-0: ");
  }

  private static CommittedTransaction transaction(ImageEmbedding... embeddings) throws IOException {
    List<byte[]> values = new ArrayList<>();
    for (ImageEmbedding each : embeddings) {
      values.add(each.toByteBuffer().array());
    }
    values.add(null); // a tombstone
    return new CommittedTransaction(1, values);
  }

  @Test
  void findsAnImageWhoseVersionsGoBack() {
    auditor.add(again("a", 1));

    assertThat(auditor.audit().faults()).containsOnlyKeys(AuditFault.OLDER_VERSION);
    assertThat(auditor.audit().found(AuditFault.OLDER_VERSION))
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("RecordKey[stream=stream-0, imageId=a]: ")
        .contains("version=1] after")
        .contains("version=2]");
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
}
