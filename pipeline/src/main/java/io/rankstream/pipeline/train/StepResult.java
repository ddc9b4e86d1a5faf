package io.rankstream.pipeline.train;

import io.rankstream.model.step.StepReport;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.TrainingMetrics;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The result of a batch as plain values. The only tensors that leave the training thread are those
 * of captured versions, which the task thread takes over.
 *
 * @param batch the images that the model took
 * @param report figures of the training step; null when there was none
 * @param refused dead letters for the images that it did not take
 * @param model the model after the batch; null of a batch whose stream has none
 * @param captures what is captured after the step
 * @param contribution what a replica hands in after the batch; null where the round goes on
 * @param millis duration on the training thread
 */
record StepResult(
    MicroBatch batch,
    StepReport report,
    List<DeadLetter> refused,
    ModelStatus model,
    Captures captures,
    Contribution contribution,
    double millis) {

  /** The result of a batch whose stream has no model. */
  static StepResult ofRemovedStream(MicroBatch batch) {
    return new StepResult(batch, null, List.of(), null, Captures.NONE, null, 0);
  }

  /** Frees what nobody took over. */
  void close() {
    captures.close();
    if (contribution != null) {
      contribution.weights().close();
    }
  }

  /** Figures of the training step; empty when there was none. */
  Optional<StepReport> step() {
    return Optional.ofNullable(report);
  }

  /** The record for the metrics topic; empty when there was no step. */
  Optional<TrainingMetrics> metrics(Instant now) {
    return step().map(step -> metrics(step, now));
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
        .setPredictions(model.predictions())
        .setClassCounts(classCounts)
        .setStepMillis(millis)
        .setRound(model.round())
        .build();
  }

  private Map<String, Integer> classCounts() {
    Map<String, Integer> counts = new TreeMap<>();
    batch.images().forEach(slot -> counts.merge(slot.image().label(), 1, Integer::sum));
    return counts;
  }
}
