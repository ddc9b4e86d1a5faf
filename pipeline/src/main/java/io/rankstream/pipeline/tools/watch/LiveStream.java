package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.tools.report.EmbeddingMap;
import io.rankstream.pipeline.tools.report.LearningCurve;
import io.rankstream.pipeline.tools.report.StepRate;
import io.rankstream.schemas.DriftFigures;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Figures of one stream's model, in bounded memory. */
final class LiveStream {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN_VERSIONS = 10;
  private static final int CURVE_POINTS = 400;
  private static final int RATE_STEPS = 200;
  private static final int NEIGHBOURS = 10;
  private static final String TAKEN = "taken";

  private final LearningCurve curve = new LearningCurve(CURVE_POINTS);
  private final ImageSample sample = new ImageSample();
  private final MovingPlane plane = new MovingPlane();
  private final LiveClasses classes = new LiveClasses();
  private final Map<String, SeenOffsets> offsets = new HashMap<>();
  private final StepRate rate = new StepRate(RATE_STEPS);
  private final Deque<ModelVersion> versions = new ArrayDeque<>();
  private final ClassColours colours = new ClassColours();
  private final Pulse pulse = new Pulse();
  private final RecentPredictions predictions = new RecentPredictions();
  private final LiveRounds rounds = new LiveRounds();
  private final LiveEpochs epochs = new LiveEpochs();
  private ModelVersion drift; // the last record of a measurement
  private TrainingMetrics last;
  private TrainingMetrics lastNotTaken;
  private VersionRank newest;
  private long notTaken;
  private long trained;
  private long images;
  private long embeddings;
  private long labeled;

  /**
   * Adds a step.
   *
   * @param arrived when it arrived, in milliseconds
   */
  synchronized void add(TrainingMetrics metrics, long arrived) {
    curve.add(metrics);
    pulse.beat(arrived);
    if (!metrics.getOutcome().equals(TAKEN)) {
      notTaken++;
      lastNotTaken = metrics;
    }
    last = metrics;
    rate.add(metrics);
    predictions.add(metrics);
    rounds.add(metrics);
    metrics.getClassCounts().forEach(classes::addSlots);
    metrics.getRecalls().forEach(classes::recall);
  }

  synchronized void add(ImageEmbedding embedding) {
    embeddings++;
    epochs.add(embedding);
    VersionRank rank = VersionRank.of(embedding);
    newest = newest == null || rank.isNewerThan(newest) ? rank : newest;
    if (embedding.getTrained()) {
      trained++;
    }
    String partition = embedding.getSourceTopic() + "-" + embedding.getSourcePartition();
    boolean first =
        offsets
            .computeIfAbsent(partition, name -> new SeenOffsets())
            .add(embedding.getSourceOffset());
    if (first) {
      images++;
      if (embedding.getLabel() != null) {
        labeled++;
        classes.addTraffic(embedding.getLabel());
      }
    }
    sample.add(embedding);
  }

  /** Takes an image that was deleted out of the sample. */
  synchronized void forget(String imageId) {
    sample.remove(imageId);
  }

  /** Adds a published version, a measurement of one, or the mark of an epoch. */
  synchronized void add(ModelVersion version) {
    if (version.getEpoch() != null) {
      epochs.add(version);
      return;
    }
    if (version.getDrift() != null) {
      drift = version;
      return;
    }

    versions.addFirst(version);
    if (versions.size() > SHOWN_VERSIONS) {
      versions.removeLast();
    }
  }

  /** The image with a key; null when it is no longer in the sample. */
  synchronized SampledImage image(int key) {
    return sample.image(key);
  }

  /** The last step, for the health of the job; null before the first. */
  synchronized Health.LastStep lastStep(long now) {
    return last == null
        ? null
        : new Health.LastStep(
            last.getStep(),
            last.getOutcome(),
            last.getFault(),
            Math.max(0, now - last.getProcessedAt().toEpochMilli()), // clocks differ
            pulse.unusualSilence());
  }

  /** Writes the figures, without the embedding map. */
  synchronized void writeTo(ObjectNode node) {
    node.put("images", images);
    node.put("labeled", labeled);
    node.put("embeddings", embeddings);
    node.put("trainedEmbeddings", trained);
    if (newest != null) {
      node.put("newestVersion", newest.version());
      node.put("newestLineage", newest.lineage());
    }
    node.put("sample", sample.changes());
    if (last != null) {
      node.put("step", last.getStep());
      node.put("updatedAt", last.getProcessedAt().toEpochMilli());
      node.put("lineage", last.getLineage());
      node.put("learningRate", last.getLearningRate());
      node.put("stepMillis", last.getStepMillis());
      node.put("notTaken", notTaken);
      if (lastNotTaken != null) {
        node.putObject("lastNotTaken")
            .put("step", lastNotTaken.getStep())
            .put("outcome", lastNotTaken.getOutcome())
            .put("fault", lastNotTaken.getFault());
      }
      node.put("knownClasses", last.getKnownClasses());
      node.put("micro", last.getAccuracy().getMicro());
      node.put("macro", last.getAccuracy().getMacro());
      node.put("stepsPerSecond", rate.perSecond());
      curve.writeTo(node.putObject("curve"));
      rounds.writeTo(node);
    }
    classes.writeTo(node, colours);
    new LiveConfusion(predictions.counts()).writeTo(node.putObject("confusion"));
    writeDrift(node);
    epochs.writeTo(node);
    ArrayNode published = node.putArray("versions");
    for (ModelVersion version : versions) {
      published
          .addObject()
          .put("version", version.getModelVersion())
          .put("publishedAt", version.getPublishedAt().toEpochMilli())
          .put("uri", version.getUri())
          .put("sha256", version.getSha256())
          .put("sizeBytes", version.getSizeBytes())
          .put("micro", version.getAccuracy().getMicro())
          .put("macro", version.getAccuracy().getMacro());
    }
  }

  /** Writes the drift since the base, which comes behind that since the version before. */
  private void writeDrift(ObjectNode node) {
    if (drift != null) {
      DriftFigures figures = drift.getDrift();
      node.putObject("drift")
          .put("version", drift.getModelVersion())
          .put("against", figures.getAgainstVersion())
          .put("cosineShift", figures.getMeanCosineShift())
          .put("newInNew", figures.getRecallAt1NewInNew())
          .put("newInOld", figures.getRecallAt1NewInOld())
          .put("mapped", figures.getRecallAt1Mapped());
    }
  }

  /**
   * The sample on a plane: one {@code [key, x, y, label, predicted, version, colour, trained]} for
   * each image.
   */
  ArrayNode map() {
    List<SampledImage> images;
    synchronized (this) {
      images = sample.images();
    }

    ArrayNode points = JSON.createArrayNode();
    if (images.size() < 2) {
      return points;
    }
    Map<Integer, double[]> places = plane.next(images); // outside the lock: records keep coming
    for (SampledImage image : images) {
      double[] place = places.get(image.key());
      points
          .addArray()
          .add(image.key())
          .add((float) place[0])
          .add((float) place[1])
          .add(image.newest().getLabel())
          .add(image.newest().getPredictedLabel())
          .add(image.newest().getModelVersion())
          .add(colour(image.newest()))
          .add(image.newest().getTrained());
    }
    return points;
  }

  /**
   * How often images of which class were taken for which in the last predictions: one {@code
   * [label, predicted, images]} for each, the most frequent first; predicted is null while the
   * model knew no class.
   */
  synchronized ArrayNode confusion() {
    ArrayNode rows = JSON.createArrayNode();
    predictions
        .counts()
        .forEach(
            count -> rows.addArray().add(count.label()).add(count.predicted()).add(count.images()));
    return rows;
  }

  /** An image and its nearest neighbours by distance; empty when it is no longer in the sample. */
  ArrayNode neighbours(int key) {
    List<SampledImage> images;
    synchronized (this) {
      images = sample.images();
    }

    ArrayNode found = JSON.createArrayNode();
    IntStream.range(0, images.size())
        .filter(i -> images.get(i).key() == key)
        .findFirst()
        .ifPresent(
            query -> {
              EmbeddingMap map =
                  new EmbeddingMap(images.stream().map(SampledImage::values).toList());
              found.add(summary(images.get(query)));
              map.nearest(query, NEIGHBOURS)
                  .forEach(other -> found.add(summary(images.get(other))));
            });
    return found;
  }

  /** The colour of an image's class, or of the predicted one; null when it has neither. */
  private synchronized Integer colour(ImageEmbedding image) {
    String name = image.getLabel() == null ? image.getPredictedLabel() : image.getLabel();
    return name == null ? null : colours.of(name);
  }

  private static ObjectNode summary(SampledImage image) {
    ImageEmbedding newest = image.newest();
    return JSON.createObjectNode()
        .put("key", image.key())
        .put("id", newest.getImageId())
        .put("label", newest.getLabel())
        .put("predicted", newest.getPredictedLabel())
        .put("confidence", newest.getConfidence())
        .put("version", newest.getModelVersion());
  }
}
