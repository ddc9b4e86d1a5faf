package io.rankstream.pipeline.train;

import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.pipeline.event.DecodedImage;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
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
 * What a model did with a batch, as plain values: no tensor leaves the training thread.
 *
 * @param batch the batch
 * @param step the report of the fine-tuning step, when one was taken
 * @param embedded embedding and prediction of each image under the weights after the step
 * @param spaceId identity of the embedding space
 * @param version training steps that the weights have taken
 * @param knownClasses classes in the vocabulary
 * @param accuracy prequential accuracy, with the fresh images of this batch
 * @param recalls fading recall by class of the batch; without the classes never predicted
 * @param published the model file that was published after the step, when one was
 * @param millis duration on the training thread
 */
record StepResult(
    DecodedBatch batch,
    Optional<StepReport> step,
    List<EmbeddedImage> embedded,
    String spaceId,
    long version,
    int knownClasses,
    PrequentialFigures accuracy,
    Map<String, Double> recalls,
    Optional<ModelVersion> published,
    double millis) {

  /**
   * The records for the embeddings topic: one for each image, however often the batch repeats it.
   */
  List<ImageEmbedding> embeddings(JobConfig config) {
    List<ImageEmbedding> records = new ArrayList<>(embedded.size());
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < embedded.size(); i++) {
      if (ids.add(batch.images().get(i).imageId())) {
        records.add(embedding(i, config));
      }
    }

    return records;
  }

  private ImageEmbedding embedding(int index, JobConfig config) {
    DecodedImage image = batch.images().get(index);
    EmbeddedImage result = embedded.get(index);
    boolean knows = result.prediction().label() != null;
    return ImageEmbedding.newBuilder()
        .setImageId(image.imageId())
        .setStream(batch.stream())
        .setLabel(image.label())
        .setEmbedding(asList(result.embedding()))
        .setPredictedLabel(result.prediction().label())
        .setConfidence(knows ? result.prediction().confidence() : null)
        .setTrained(step.isPresent())
        .setModelVersion(version)
        .setSpaceId(spaceId)
        .setDimension(result.embedding().length)
        .setMetric(config.model().loss().squaredDistance() ? "squared_euclidean" : "euclidean")
        .setNormalized(true)
        .setEventTime(Instant.ofEpochMilli(image.eventTime()))
        .setSourceTopic(image.topic())
        .setSourcePartition(image.partition())
        .setSourceOffset(image.offset())
        .build();
  }

  /** The record for the metrics topic, when a step was taken. */
  Optional<TrainingMetrics> metrics(Instant now) {
    return step.map(
        report ->
            TrainingMetrics.newBuilder()
                .setStream(batch.stream())
                .setStep(report.step())
                .setProcessedAt(now)
                .setClassesInBatch(classCounts().size())
                .setImagesInBatch(batch.images().size())
                .setFreshImages((int) batch.images().stream().filter(DecodedImage::fresh).count())
                .setKnownClasses(knownClasses)
                .setLoss(report.loss())
                .setClassificationLoss(report.classificationLoss())
                .setRankingLoss(report.rankingLoss())
                .setActiveTriplets(report.activeTriplets())
                .setTriplets(report.triplets())
                .setGradientNorm(report.gradientNorm())
                .setLearningRate(report.learningRate())
                .setEmbeddingSpread(
                    Double.isNaN(report.spread()) && step.get().outcome() == StepOutcome.TAKEN
                        ? null
                        : report.spread())
                .setOutcome(report.outcome().name().toLowerCase(Locale.ROOT))
                .setFault(
                    report.mishap().map(why -> why.name().toLowerCase(Locale.ROOT)).orElse(null))
                .setAccuracy(accuracy)
                .setRecalls(recalls)
                .setClassCounts(classCounts())
                .setStepMillis(millis)
                .build());
  }

  private Map<String, Integer> classCounts() {
    Map<String, Integer> counts = new TreeMap<>();
    batch.images().forEach(image -> counts.merge(image.label(), 1, Integer::sum));
    return counts;
  }

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
