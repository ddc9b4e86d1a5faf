package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.Prediction;
import io.rankstream.model.PreparedStep;
import io.rankstream.model.evaluation.PrequentialAccuracy;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.config.EmbeddingsFrom;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.PredictionsFrom;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model of one stream and its accuracy: predict, score, learn, embed, in this order.
 *
 * <p>Not thread-safe, with one exception: a {@link #snapshot} may be taken by another thread while
 * a batch is {@linkplain #prepare prepared}.
 */
final class StreamModel implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StreamModel.class);

  private final JobConfig config;
  private final String stream;
  private final Lineage lineage;
  private final OnlineTrainer trainer;
  private final BatchPixels inputs;
  private final PrequentialAccuracy accuracy;
  private final ModelPublisher publisher;

  private StreamModel(JobConfig config, String stream, Lineage lineage, OnlineTrainer trainer) {
    this.config = config;
    this.stream = stream;
    this.lineage = lineage;
    this.trainer = trainer;
    this.inputs =
        new BatchPixels(config.model().input(), config.augmentation(), config.model().seed());
    this.accuracy =
        new PrequentialAccuracy(
            config.trainer().fadingFactor(), config.trainer().prequentialWindow());
    this.publisher =
        new ModelPublisher(config.versions(), stream, lineage.id(), Instant.now().toEpochMilli());
  }

  /**
   * A new model, with random weights or with those that the configuration names.
   *
   * @param start the present {@linkplain JobStart start of the job}
   */
  static StreamModel create(JobConfig config, String stream, Device device, String start) {
    Lineage lineage = Lineage.first(start, System.currentTimeMillis());
    return new StreamModel(config, stream, lineage, StartingWeights.trainer(config, device));
  }

  /**
   * A model as a {@link TrainerSnapshot} holds it.
   *
   * @param start the present {@linkplain JobStart start of the job}
   * @throws IOException when the stream holds no model, or one of another architecture
   */
  static StreamModel restore(
      JobConfig config, String stream, Device device, String start, DataInputStream in)
      throws IOException {
    OnlineTrainer trainer = OnlineTrainer.restore(config.model(), device, in);
    try {
      Lineage lineage =
          Lineage.read(in).restored(trainer.step(), start, System.currentTimeMillis());
      StreamModel model = new StreamModel(config, stream, lineage, trainer);
      model.accuracy.readFrom(in);
      model.publisher.readFrom(in);
      return model;
    } catch (IOException | RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /** Reads the history that follows the weights in a {@link TrainerSnapshot}, for its lineage. */
  static Lineage readHistory(DataInputStream in) throws IOException {
    Lineage lineage = Lineage.read(in);
    new PrequentialAccuracy(1, 1).readFrom(in);
    ModelPublisher.skip(in);
    return lineage;
  }

  /** Copies everything that the next batch depends on; not while a batch is {@link #finish}ed. */
  TrainerSnapshot.OfStream snapshot() throws IOException {
    ByteArrayOutputStream history = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(history);
    lineage.writeTo(out);
    accuracy.writeTo(out);
    publisher.writeTo(out);
    return new TrainerSnapshot.OfStream(trainer.snapshot(), history);
  }

  /** Timeline of the model. */
  Lineage lineage() {
    return lineage;
  }

  /**
   * Does everything for a batch that changes nothing: predictions, and the gradient or the
   * embeddings.
   *
   * @return the input of {@link #finish}, to be closed by the caller
   */
  PreparedBatch prepare(MicroBatch batch) {
    long start = System.nanoTime();
    PixelBatch pixels = inputs.of(batch.images());
    boolean trains = batch.purpose() == Purpose.TRAIN && classes(batch.images()) >= 2;
    if (!trains) {
      return new PreparedBatch(
          batch, pixels, trainer.served().embed(pixels), null, List.of(), start);
    }

    boolean inStep = config.trainer().predictionsFrom() == PredictionsFrom.IN_STEP;
    List<Prediction> predictions = inStep ? List.of() : predictFresh(batch);
    PreparedStep step = trainer.prepare(inputs.forTraining(batch, pixels), labels(batch.images()));
    if (inStep) {
      predictions = ofFresh(batch, trainer.predicted(step));
    }
    return new PreparedBatch(batch, pixels, List.of(), step, predictions, start);
  }

  /**
   * Scores the predictions, then lets the model learn.
   *
   * @throws IOException when a version cannot be published
   * @throws TrainingFailedException when the model was rolled back too often, or has no weights
   *     with finite embeddings
   */
  StepResult finish(PreparedBatch prepared) throws IOException {
    MicroBatch batch = prepared.batch();
    StepReport report = null;
    List<EmbeddedImage> embedded = prepared.embedded();
    if (prepared.isTrained()) {
      score(batch.images().stream().filter(BatchImage::fresh).toList(), prepared.predictions());
      report = trainer.take(prepared.step());
      embedded = embedAfter(report, prepared);
    }
    if (!isFinite(embedded)) {
      LOG.warn(
          "Embeddings of stream {} have NaN or infinite values: rolling its model back to the last good weights",
          stream);
      trainer.rollBack(StepFault.NON_FINITE);
      report = report == null ? null : report.rolledBack(StepFault.NON_FINITE);
      embedded = trainer.served().embed(prepared.pixels());
      requireFinite(embedded);
    }
    if (!prepared.isTrained()) {
      score(batch.images(), embedded.stream().map(EmbeddedImage::prediction).toList());
    }

    ModelStatus status = status(batch);
    List<ModelVersion> published =
        report != null && report.outcome() == StepOutcome.TAKEN
            ? publisher.afterStep(trainer, status.accuracy(), Instant.now()).stream().toList()
            : List.of();
    double millis = (System.nanoTime() - prepared.startNanos()) / 1e6;
    return new StepResult(batch, report, embedded, status, published, millis);
  }

  /** Publishes a version if the model took a step since the last one. */
  Optional<ModelVersion> publishLast() throws IOException {
    return publisher.atEnd(trainer, figures(), Instant.now());
  }

  @Override
  public void close() {
    trainer.close();
  }

  /** Predicts the images that the model has not trained on: the test of test-then-train. */
  private List<Prediction> predictFresh(MicroBatch batch) {
    List<BatchImage> fresh = batch.images().stream().filter(BatchImage::fresh).toList();
    return fresh.isEmpty() ? List.of() : trainer.served().predict(inputs.of(fresh));
  }

  private static List<Prediction> ofFresh(MicroBatch batch, List<Prediction> predictions) {
    return IntStream.range(0, predictions.size())
        .filter(i -> batch.images().get(i).fresh())
        .mapToObj(predictions::get)
        .toList();
  }

  private List<EmbeddedImage> embedAfter(StepReport report, PreparedBatch prepared) {
    boolean inStep =
        config.trainer().embeddingsFrom() == EmbeddingsFrom.IN_STEP
            && report.outcome() == StepOutcome.TAKEN;
    return inStep ? trainer.embedded(prepared.step()) : trainer.served().embed(prepared.pixels());
  }

  private static boolean isFinite(List<EmbeddedImage> embedded) {
    return embedded.stream().allMatch(EmbeddedImage::isFinite);
  }

  private void requireFinite(List<EmbeddedImage> embedded) {
    if (!isFinite(embedded)) {
      throw new TrainingFailedException(
          "The model of stream %s computes embeddings with NaN or infinite values, even with its last good weights: start from other weights (model.weights)"
              .formatted(stream));
    }
  }

  private void score(List<BatchImage> images, List<Prediction> predictions) {
    for (int i = 0; i < images.size(); i++) {
      String label = images.get(i).image().label();
      if (label != null) {
        accuracy.add(label, predictions.get(i).label());
      }
    }
  }

  private PrequentialFigures figures() {
    return PrequentialFigures.newBuilder()
        .setMicro(boxed(accuracy.micro()))
        .setMacro(boxed(accuracy.macro()))
        .setWindowMicro(boxed(accuracy.windowMicro()))
        .setWindowMacro(boxed(accuracy.windowMacro()))
        .setHeadRecall(boxed(accuracy.headRecall()))
        .setTailRecall(boxed(accuracy.tailRecall()))
        .build();
  }

  private static Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private ModelStatus status(MicroBatch batch) {
    return new ModelStatus(
        trainer.spaceId(stream),
        lineage.id(),
        config.model().loss().squaredDistance() ? "squared_euclidean" : "euclidean",
        trainer.step(),
        trainer.knownClasses(),
        figures(),
        recalls(batch));
  }

  private Map<String, Double> recalls(MicroBatch batch) {
    Map<String, Double> recalls = new TreeMap<>();
    for (String label : new HashSet<>(labels(batch.images()))) {
      if (label != null) {
        accuracy.recall(label).ifPresent(recall -> recalls.put(label, recall));
      }
    }
    return recalls;
  }

  private static List<String> labels(List<BatchImage> images) {
    return images.stream().map(slot -> slot.image().label()).toList();
  }

  private static long classes(List<BatchImage> images) {
    return images.stream().map(slot -> slot.image().label()).distinct().count();
  }
}
