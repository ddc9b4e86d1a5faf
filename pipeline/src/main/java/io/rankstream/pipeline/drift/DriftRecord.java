package io.rankstream.pipeline.drift;

import io.rankstream.model.evaluation.EmbeddingDrift;
import io.rankstream.pipeline.publish.PublishedMap;
import io.rankstream.schemas.DriftFigures;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import java.time.Instant;

/** Makes the records of the versions topic that tell of drift. */
final class DriftRecord {

  private DriftRecord() {}

  /** The record of a comparison. */
  static ModelVersion of(
      String stream, MeasuredVersion version, Comparison comparison, Instant now) {
    return ModelVersion.newBuilder()
        .setStream(stream)
        .setModelVersion(version.version())
        .setLineage(version.lineage())
        .setSpaceId(version.space())
        .setUri("")
        .setSha256("")
        .setSizeBytes(0)
        .setPublishedAt(now)
        .setAccuracy(PrequentialFigures.newBuilder().build())
        .setDrift(figures(comparison))
        .build();
  }

  private static DriftFigures figures(Comparison comparison) {
    EmbeddingDrift drift = comparison.drift();
    return DriftFigures.newBuilder()
        .setAgainstLineage(comparison.older().lineage())
        .setAgainstVersion(comparison.older().version())
        .setAnchors(comparison.anchors())
        .setMeanCosineShift(drift.cosineShift())
        .setNeighbourOverlapAt10(drift.overlap())
        .setRecallAt1NewInNew(drift.recallWithin())
        .setRecallAt1NewInOld(drift.recallAcross())
        .setMapUri(comparison.map().map(PublishedMap::uri).orElse(""))
        .setMapSha256(comparison.map().map(PublishedMap::sha256).orElse(""))
        .setMapResidual(orNull(drift.residual()))
        .setRecallAt1Mapped(orNull(drift.recallMapped()))
        .build();
  }

  private static Double orNull(double figure) {
    return Double.isNaN(figure) ? null : figure;
  }
}
