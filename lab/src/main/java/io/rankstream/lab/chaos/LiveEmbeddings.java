package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.lab.audit.Origin;
import io.rankstream.lab.audit.Reconciliation;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The embeddings of a job whose embedders follow the training: each record is embedded once when it
 * arrives, and again at any time; versions never go back, and no transaction has two of a stream.
 */
final class LiveEmbeddings implements EmbeddingAudit {

  private final Lives images = new Lives();
  private final Reconciliation<String> arrivals = new Reconciliation<>();
  private final VersionOrder order = new VersionOrder();
  private final List<String> mixed = new ArrayList<>();

  @Override
  public void sent(Origin origin, RecordKey image) {
    images.sent(image);
  }

  @Override
  public void deleted(Origin origin, RecordKey image) {
    images.deleted(image);
  }

  @Override
  public void damaged(Origin origin, byte[] key) {}

  @Override
  public void embedded(ImageEmbedding embedding, String timeline) {
    Lives.Life life = images.embedded(new RecordKey(embedding.getStream(), embedding.getImageId()));
    if (!embedding.getTrained()) { // one that is embedded again may be so with one version
      String record = Origin.of(embedding) + " of " + life;
      arrivals.find(timeline.isEmpty() ? record : record + " in lineage " + timeline);
    }
    order.add(embedding);
  }

  @Override
  public void tombstone(RecordKey image) {
    images.tombstone(image);
  }

  @Override
  public void committed(CommittedTransaction transaction) throws IOException {
    transaction
        .versions()
        .forEach(
            (stream, several) -> {
              if (several.size() > 1) {
                mixed.add("%s: %s".formatted(stream, several));
              }
            });
  }

  @Override
  public void marked(ModelVersion mark) {}

  @Override
  public long images() {
    return images.sent();
  }

  @Override
  public long records() {
    return arrivals.foundKeys();
  }

  @Override
  public Map<String, Long> epochs() {
    return Map.of();
  }

  @Override
  public Map<AuditFault, List<?>> faults() {
    return Map.of(
        AuditFault.LOST_IMAGE, images.lost(),
        AuditFault.UNKNOWN_IMAGE, images.unknown(),
        AuditFault.EMBEDDED_AFTER_DELETION, images.risen(),
        AuditFault.LOST_DELETION, images.withoutTombstone(),
        AuditFault.UNKNOWN_DELETION, images.withoutDeletion(),
        AuditFault.REPEATED_EMBEDDING, arrivals.repeated(),
        AuditFault.OLDER_VERSION, order.steppedBack(),
        AuditFault.MIXED_VERSIONS, mixed);
  }
}
