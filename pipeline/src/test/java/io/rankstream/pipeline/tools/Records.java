package io.rankstream.pipeline.tools;

import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.DriftFigures;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.SweptPartition;
import io.rankstream.schemas.TrainingMetrics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Output records of a job for tests. */
public final class Records {

  private static final Instant TIME = Instant.ofEpochMilli(1_700_000_000_000L);

  private Records() {}

  /** A step at ten steps a second. */
  public static TrainingMetrics step(long step, double loss, Map<String, Integer> classCounts) {
    return TrainingMetrics.newBuilder()
        .setStream("default")
        .setStep(step)
        .setProcessedAt(TIME.plusMillis(100 * step))
        .setClassesInBatch(classCounts.size())
        .setImagesInBatch(8)
        .setFreshImages(8)
        .setKnownClasses(classCounts.size())
        .setLoss(loss)
        .setClassificationLoss(loss / 2)
        .setRankingLoss(loss / 4)
        .setActiveTriplets(1)
        .setTriplets(2)
        .setGradientNorm(1)
        .setLearningRate(0.01)
        .setAccuracy(step == 1 ? accuracy(null, null) : accuracy(0.75, 0.5))
        .setRecalls(Map.of("cat", 0.25))
        .setClassCounts(classCounts)
        .setStepMillis(10)
        .build();
  }

  /** An embedding of the image at an offset. */
  public static ImageEmbedding embedding(long offset, String label, long version, float... values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return ImageEmbedding.newBuilder()
        .setImageId("image-" + offset)
        .setStream("default")
        .setLabel(label)
        .setEmbedding(list)
        .setPredictedLabel("cat")
        .setConfidence(0.5f)
        .setTrained(label != null)
        .setModelVersion(version)
        .setSpaceId("space")
        .setDimension(values.length)
        .setMetric("euclidean")
        .setNormalized(false)
        .setEventTime(TIME)
        .setSourceTopic("images")
        .setSourcePartition(0)
        .setSourceOffset(offset)
        .build();
  }

  public static DeadLetter letter(String reason, String detail, long offset) {
    return DeadLetter.newBuilder()
        .setReason(reason)
        .setDetail(detail)
        .setSourceTopic("images")
        .setSourcePartition(0)
        .setSourceOffset(offset)
        .setSourceTimestamp(TIME)
        .build();
  }

  public static ModelVersion version(long version) {
    return ModelVersion.newBuilder()
        .setStream("default")
        .setModelVersion(version)
        .setSpaceId("space")
        .setUri("file:///models/" + version)
        .setSha256("ab")
        .setSizeBytes(1_000_000)
        .setPublishedAt(TIME)
        .setAccuracy(accuracy(0.75, null))
        .build();
  }

  /** A mark of an epoch that followed version 1. */
  public static ModelVersion mark(long version, long number, EpochState state) {
    ModelVersion mark = version(version);
    mark.setEpoch(
        EpochMark.newBuilder()
            .setNumber(number)
            .setState(state)
            .setOpenedAt(TIME)
            .setInputTopic("images")
            .setImages(1200)
            .setRefused(3)
            .setSuperseded(40)
            .setPartitions(List.of(new SweptPartition(0, 1243L)))
            .setPreviousVersion(1)
            .build());
    return mark;
  }

  /** A measurement of a version against an older one, without a map. */
  public static ModelVersion drift(long version, long against, double cosineShift) {
    return ModelVersion.newBuilder(version(version))
        .setUri("")
        .setSha256("")
        .setSizeBytes(0)
        .setAccuracy(accuracy(null, null))
        .setDrift(
            DriftFigures.newBuilder()
                .setAgainstLineage("")
                .setAgainstVersion(against)
                .setAnchors(64)
                .setMeanCosineShift(cosineShift)
                .setNeighbourOverlapAt10(0.75)
                .setRecallAt1NewInNew(0.9)
                .setRecallAt1NewInOld(0.8)
                .build())
        .build();
  }

  private static PrequentialFigures accuracy(Double micro, Double macro) {
    return PrequentialFigures.newBuilder().setMicro(micro).setMacro(macro).build();
  }
}
