package io.rankstream.pipeline.train;

import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.step.StepReport;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.pipeline.publish.CapturedVersion;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.TrainingMetrics;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The result of a batch, or of a deletion, as plain values. The only tensors that leave the
 * training thread are those of a captured version, which the task thread takes over.
 *
 * @param batch the images that the model took
 * @param report figures of the training step; null when the batch was only embedded
 * @param embedded embedding and prediction of each image under the weights after the step
 * @param refused dead letters for the images that it did not take
 * @param model the model after the batch; null of a deletion, which needs no model, and of a batch
 *     whose stream has none
 * @param captured the version to publish after the step
 * @param millis duration on the training thread
 */
record StepResult(
    MicroBatch batch,
    StepReport report,
    List<EmbeddedImage> embedded,
    List<DeadLetter> refused,
    ModelStatus model,
    Optional<CapturedVersion> captured,
    double millis) {

  /** The result of a deletion. */
  static StepResult ofDeletion(MicroBatch deletion) {
    return new StepResult(deletion, null, List.of(), List.of(), null, Optional.empty(), 0);
  }

  boolean isDeletion() {
    return batch.purpose() == Purpose.DELETE;
  }

  /** The result of a batch whose stream has no model. */
  static StepResult ofRemovedStream(MicroBatch batch) {
    Admission none = Admission.ofRemovedStream(batch);
    return new StepResult(none.batch(), null, List.of(), none.refused(), null, Optional.empty(), 0);
  }

  /** Figures of the training step; empty when the batch was only embedded. */
  Optional<StepReport> step() {
    return Optional.ofNullable(report);
  }

  /**
   * The changes for the embeddings topic: one for each image, however often the batch repeats it.
   */
  List<EmbeddingChange> changes() {
    if (isDeletion()) {
      return List.of(EmbeddingChange.deletion(batch.stream(), batch.deletedId()));
    }

    List<EmbeddingChange> changes = new ArrayList<>(embedded.size());
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < embedded.size(); i++) {
      if (ids.add(batch.images().get(i).image().imageId())) {
        changes.add(EmbeddingChange.to(embedding(batch.images().get(i).image(), embedded.get(i))));
      }
    }

    return changes;
  }

  /** The record for the metrics topic; empty when the batch was only embedded. */
  Optional<TrainingMetrics> metrics(Instant now) {
    return step().map(step -> metrics(step, now));
  }

  private ImageEmbedding embedding(AcceptedImage image, EmbeddedImage result) {
    boolean classified = result.prediction().label() != null;
    return ImageEmbedding.newBuilder()
        .setImageId(image.imageId())
        .setStream(batch.stream())
        .setLabel(image.label())
        .setEmbedding(asList(result.embedding()))
        .setPredictedLabel(result.prediction().label())
        .setConfidence(classified ? result.prediction().confidence() : null)
        .setTrained(report != null)
        .setModelVersion(model.version())
        .setLineage(model.lineage())
        .setSpaceId(model.spaceId())
        .setDimension(result.embedding().length)
        .setMetric(model.metric())
        .setNormalized(true)
        .setEventTime(Instant.ofEpochMilli(image.eventTime()))
        .setSourceTopic(image.origin().topic())
        .setSourcePartition(image.origin().partition())
        .setSourceOffset(image.origin().offset())
        .build();
  }

  private TrainingMetrics metrics(StepReport step, Instant now) {
    Map<String, Integer> classCounts = classCounts();
    return TrainingMetrics.newBuilder()
        .setStream(batch.stream())
        .setStep(step.step())
        .setLineage(model.lineage())
        .setProcessedAt(now)
        .setClassesInBatch(classCounts.size())
        .setImagesInBatch(batch.images().size())
        .setFreshImages((int) batch.images().stream().filter(BatchImage::fresh).count())
        .setKnownClasses(model.knownClasses())
        .setLoss(step.loss())
        .setClassificationLoss(step.classificationLoss())
        .setRankingLoss(step.rankingLoss())
        .setActiveTriplets(step.activeTriplets())
        .setTriplets(step.triplets())
        .setGradientNorm(step.gradientNorm())
        .setLearningRate(step.learningRate())
        .setEmbeddingSpread(step.spread().isPresent() ? (Double) step.spread().getAsDouble() : null)
        .setOutcome(step.outcome().name().toLowerCase(Locale.ROOT))
        .setFault(step.fault().map(why -> why.name().toLowerCase(Locale.ROOT)).orElse(null))
        .setAccuracy(model.accuracy())
        .setRecalls(model.recalls())
        .setClassCounts(classCounts)
        .setStepMillis(millis)
        .build();
  }

  private Map<String, Integer> classCounts() {
    Map<String, Integer> counts = new TreeMap<>();
    batch.images().forEach(slot -> counts.merge(slot.image().label(), 1, Integer::sum));
    return counts;
  }

  /** A view of the array, not a copy. */
  private static List<Float> asList(float[] values) {
    return new AbstractList<>() {
      @Override
      public Float get(int index) {
        return values[index];
      }

      @Override
      public int size() {
        return values.length;
      }
    };
  }
}
