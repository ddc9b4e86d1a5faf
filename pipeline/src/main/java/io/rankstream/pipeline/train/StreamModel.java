package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.Prediction;
import io.rankstream.model.PreparedStep;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.config.EmbeddingsFrom;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.OnFailure;
import io.rankstream.pipeline.config.PredictionsFrom;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.pipeline.publish.CapturedVersion;
import io.rankstream.pipeline.publish.VersionPublisher;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.Lineage;
import io.rankstream.pipeline.start.StartingWeights;
import io.rankstream.schemas.DeadLetter;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private final OnlineTrainer trainer;
  private final BatchPixels inputs;
  private final StreamAccuracy accuracy;
  private final VersionCapture versions;
  private final Quarantine quarantine;

  private StreamModel(JobConfig config, String stream, JobStart start, StartingWeights weights) {
    this.config = config;
    this.stream = stream;
    this.trainer = weights.trainer();
    this.inputs =
        new BatchPixels(config.model().input(), config.augmentation(), config.model().seed());
    this.accuracy = new StreamAccuracy(config.trainer());
    this.versions =
        new VersionCapture(config.versions(), stream, start, weights, Instant.now().toEpochMilli());
    this.quarantine = new Quarantine(stream);
  }

  /**
   * A new model, with random weights or with those that the configuration names.
   *
   * @param start the present start of the job
   */
  static StreamModel create(JobConfig config, String stream, Device device, JobStart start) {
    return new StreamModel(config, stream, start, StartingWeights.of(config, device));
  }

  /**
   * A model as a {@link TrainerSnapshot} holds it.
   *
   * @param start the present start of the job
   * @throws IOException when the stream holds no model, or one of another architecture
   */
  static StreamModel restore(
      JobConfig config, String stream, Device device, JobStart start, DataInputStream in)
      throws IOException {
    OnlineTrainer trainer = OnlineTrainer.restore(config.model(), device, in);
    try {
      StreamModel model =
          new StreamModel(config, stream, start, new StartingWeights(trainer, "", 0));
      model.accuracy.readFrom(in);
      model.versions.readFrom(in, trainer.step());
      model.quarantine.readFrom(in);
      if (model.quarantine.lift(config.trainer().resume())) {
        model.trainer.absolve();
      }
      return model;
    } catch (IOException | RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /** Reads the history that follows the weights in a {@link TrainerSnapshot}, for its lineage. */
  static Lineage readHistory(DataInputStream in) throws IOException {
    StreamAccuracy.skip(in);
    Lineage lineage = VersionCapture.skip(in);
    new Quarantine("").readFrom(in);
    return lineage;
  }

  /** Copies everything that the next batch depends on; not while a batch is {@link #finish}ed. */
  TrainerSnapshot.OfStream snapshot() throws IOException {
    ByteArrayOutputStream history = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(history);
    accuracy.writeTo(out);
    versions.writeTo(out);
    quarantine.writeTo(out);
    return new TrainerSnapshot.OfStream(trainer.snapshot(), history);
  }

  /** Timeline of the model. */
  Lineage lineage() {
    return versions.lineage();
  }

  /** Lets the versions be announced that the restored checkpoint holds. */
  void resumePublishing(VersionPublisher publisher) {
    versions.resume(publisher, trainer.spaceId(stream));
  }

  /**
   * Does everything for a batch that changes nothing: predictions, and the gradient or the
   * embeddings.
   *
   * @return the input of {@link #finish}, to be closed by the caller
   */
  PreparedBatch prepare(MicroBatch batch) {
    long start = System.nanoTime();
    Admission admission = admit(batch);
    MicroBatch taken = admission.batch();
    List<DeadLetter> refused = admission.refused();
    if (taken.images().isEmpty()) {
      return new PreparedBatch(taken, refused, null, List.of(), null, List.of(), start);
    }

    PixelBatch pixels = inputs.of(taken.images());
    if (taken.purpose() == Purpose.EMBED || classes(taken.images()) < 2) {
      List<EmbeddedImage> embedded = trainer.served().embed(pixels);
      return new PreparedBatch(taken, refused, pixels, embedded, null, List.of(), start);
    }

    boolean inStep = config.trainer().predictionsFrom() == PredictionsFrom.IN_STEP;
    List<Prediction> predictions = inStep ? List.of() : predictFresh(taken);
    PreparedStep step = trainer.prepare(inputs.forTraining(taken, pixels), labels(taken.images()));
    if (inStep) {
      predictions = ofFresh(taken, trainer.predicted(step));
    }
    return new PreparedBatch(taken, refused, pixels, List.of(), step, predictions, start);
  }

  /**
   * Scores the predictions, then lets the model learn. A model that fails keeps its last good
   * weights, and its stream goes into quarantine.
   *
   * @throws TrainingFailedException when the model fails and is to stop the job
   */
  StepResult finish(PreparedBatch prepared) {
    Learnt learnt = learnOrQuarantine(prepared);
    Admission finite = Admission.ofFinite(prepared.batch(), learnt.embedded());
    List<EmbeddedImage> embedded =
        learnt.embedded().stream().filter(EmbeddedImage::isFinite).toList();
    List<DeadLetter> refused = new ArrayList<>(prepared.refused());
    refused.addAll(finite.refused());
    if (!prepared.isTrained()) {
      List<Prediction> predictions = embedded.stream().map(EmbeddedImage::prediction).toList();
      accuracy.score(fresh(finite.batch()), ofFresh(finite.batch(), predictions));
    }

    ModelStatus status = status(finite.batch());
    Optional<CapturedVersion> captured =
        learnt.report() != null && learnt.report().outcome() == StepOutcome.TAKEN
            ? versions.afterStep(trainer, status.accuracy(), Instant.now())
            : Optional.empty();
    double millis = (System.nanoTime() - prepared.startNanos()) / 1e6;
    return new StepResult(
        finite.batch(), learnt.report(), embedded, refused, status, captured, millis);
  }

  /** Captures a version if the model took a step since the last one. */
  Optional<CapturedVersion> captureLast() {
    return versions.atEnd(trainer, accuracy.figures(), Instant.now());
  }

  @Override
  public void close() {
    trainer.close();
  }

  /** What a batch did: the report of its step, or null, and its embeddings. */
  private record Learnt(StepReport report, List<EmbeddedImage> embedded) {}

  private Admission admit(MicroBatch batch) {
    if (quarantine.isOn()) {
      return Admission.toEmbed(batch);
    }

    return batch.purpose() == Purpose.TRAIN
        ? Admission.toTrain(batch, trainer, config.model().architecture().maxClasses())
        : new Admission(batch, List.of());
  }

  private Learnt learnOrQuarantine(PreparedBatch prepared) {
    if (quarantine.isOn() || prepared.pixels() == null) {
      return new Learnt(null, prepared.embedded());
    }

    try {
      return learn(prepared);
    } catch (TrainingFailedException e) {
      if (config.trainer().onFailure() == OnFailure.STOP_JOB) {
        throw e;
      }
      quarantine.begin(trainer.step(), e.getMessage());
      return new Learnt(
          prepared.isTrained() ? prepared.step().report().quarantined(e.fault()) : null,
          trainer.served().embed(prepared.pixels()));
    }
  }

  private Learnt learn(PreparedBatch prepared) {
    StepReport report = null;
    List<EmbeddedImage> embedded = prepared.embedded();
    if (prepared.isTrained()) {
      accuracy.score(fresh(prepared.batch()), prepared.predictions());
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
      if (!isFinite(embedded)) {
        throw new TrainingFailedException(
            "The model of stream %s computes embeddings with NaN or infinite values, even with its last good weights: start from other weights (model.weights)"
                .formatted(stream),
            StepFault.NON_FINITE);
      }
    }
    return new Learnt(report, embedded);
  }

  /** Predicts the images that the model has not trained on: the test of test-then-train. */
  private List<Prediction> predictFresh(MicroBatch batch) {
    List<BatchImage> fresh = fresh(batch);
    return fresh.isEmpty() ? List.of() : trainer.served().predict(inputs.of(fresh));
  }

  private static List<BatchImage> fresh(MicroBatch batch) {
    return batch.images().stream().filter(BatchImage::fresh).toList();
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

  private ModelStatus status(MicroBatch batch) {
    return new ModelStatus(
        trainer.spaceId(stream),
        versions.lineage().id(),
        config.model().loss().squaredDistance() ? "squared_euclidean" : "euclidean",
        trainer.step(),
        trainer.knownClasses(),
        quarantine.isOn(),
        accuracy.figures(),
        accuracy.recalls(batch.images()));
  }

  private static List<String> labels(List<BatchImage> images) {
    return images.stream().map(slot -> slot.image().label()).toList();
  }

  private static long classes(List<BatchImage> images) {
    return images.stream().map(slot -> slot.image().label()).distinct().count();
  }
}
