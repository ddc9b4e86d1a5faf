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
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.OnFailure;
import io.rankstream.pipeline.config.PredictionsFrom;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.publish.CapturedVersion;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.Lineage;
import io.rankstream.pipeline.start.StartingWeights;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.PredictionCount;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The model of one stream and its accuracy: predict, score, learn, in this order.
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
  private final RoundMember rounds;

  private StreamModel(
      JobConfig config,
      String stream,
      JobStart start,
      StartingWeights weights,
      RoundPosition position) {
    this.config = config;
    this.stream = stream;
    this.trainer = weights.trainer();
    this.inputs =
        new BatchPixels(config.model().input(), config.augmentation(), config.model().seed());
    this.accuracy = new StreamAccuracy(config.trainer());
    this.versions =
        new VersionCapture(
            config.versions(),
            config.embed().everySteps(),
            stream,
            start,
            weights,
            Instant.now().toEpochMilli());
    this.quarantine = new Quarantine(stream);
    this.rounds =
        new RoundMember(
            config.trainer(), stream, trainer, accuracy, versions, quarantine, position);
  }

  /**
   * A new model, with random weights or with those that the configuration names.
   *
   * @param first the first batch of the model
   * @param start the present start of the job
   */
  static StreamModel create(JobConfig config, MicroBatch first, Device device, JobStart start) {
    return new StreamModel(
        config,
        first.stream(),
        start,
        StartingWeights.of(config, device),
        RoundPosition.startingWith(first));
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
          new StreamModel(
              config, stream, start, new StartingWeights(trainer, "", 0), RoundPosition.read(in));
      model.accuracy.readFrom(in);
      model.versions.readFrom(in, trainer.step());
      model.quarantine.readFrom(in);
      if (model.quarantine.lift(config.trainer().resume())) {
        model.trainer.absolve();
      }
      if (config.replicas().replicas() == 1) {
        model.rounds.leave();
      }
      return model;
    } catch (IOException | RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /** Reads the history that follows the weights in a {@link TrainerSnapshot}. */
  static RoundMember.Told readHistory(DataInputStream in) throws IOException {
    RoundPosition position = RoundPosition.read(in);
    StreamAccuracy.skip(in);
    Lineage lineage = VersionCapture.skip(in);
    new Quarantine("").readFrom(in);
    return new RoundMember.Told(position.replica(), lineage);
  }

  /** Copies everything that the next batch depends on; not while a batch is {@link #finish}ed. */
  TrainerSnapshot.OfStream snapshot() throws IOException {
    ByteArrayOutputStream history = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(history);
    rounds.position().writeTo(out);
    accuracy.writeTo(out);
    versions.writeTo(out);
    quarantine.writeTo(out);
    return new TrainerSnapshot.OfStream(trainer.snapshot(), history);
  }

  /** Timeline of the model. */
  Lineage lineage() {
    return versions.lineage();
  }

  /** The part of the model in the rounds of its stream. */
  RoundMember rounds() {
    return rounds;
  }

  /**
   * Does everything for a batch that changes nothing: predictions and the gradient.
   *
   * @return the input of {@link #finish}, to be closed by the caller
   */
  PreparedBatch prepare(MicroBatch batch) {
    long start = System.nanoTime();
    if (quarantine.isOn()) {
      return PreparedBatch.idle(batch, List.of(), start);
    }

    Admission admission =
        Admission.toTrain(batch, trainer, config.model().architecture().maxClasses());
    MicroBatch taken = admission.batch();
    List<DeadLetter> refused = admission.refused();
    if (taken.images().isEmpty()) {
      return PreparedBatch.idle(taken, refused, start);
    }

    PixelBatch pixels = inputs.of(taken.images());
    if (classes(taken.images()) < 2) { // no anchor has a negative
      return new PreparedBatch(taken, refused, pixels, null, predictFresh(taken), start);
    }

    boolean inStep = config.trainer().predictionsFrom() == PredictionsFrom.IN_STEP;
    List<Prediction> predictions = inStep ? List.of() : predictFresh(taken);
    PreparedStep step = trainer.prepare(inputs.forTraining(taken, pixels), labels(taken.images()));
    if (inStep) {
      predictions = ofFresh(taken, trainer.predicted(step));
    }
    return new PreparedBatch(taken, refused, pixels, step, predictions, start);
  }

  /**
   * Scores the predictions, then lets the model learn. A model that fails keeps its last good
   * weights, and its stream goes into quarantine.
   *
   * @throws TrainingFailedException when the model fails and is to stop the job
   */
  StepResult finish(PreparedBatch prepared) {
    Instant now = Instant.now();
    List<PredictionCount> predictions =
        prepared.predictions().isEmpty()
            ? List.of()
            : accuracy.score(fresh(prepared.batch()), prepared.predictions());
    StepReport report = prepared.isTrained() ? learnOrQuarantine(prepared, now) : null;
    ModelStatus status = status(prepared.batch(), predictions);
    boolean learnt = report != null && report.outcome() == StepOutcome.TAKEN;
    Captures captures =
        learnt && prepared.batch().round() == null // else an average gives the versions
            ? versions.afterStep(trainer, status.accuracy(), now)
            : Captures.NONE;
    Contribution contribution = rounds.finished(prepared.batch());
    double millis = (System.nanoTime() - prepared.startNanos()) / 1e6;
    return new StepResult(
        prepared.batch(), report, prepared.refused(), status, captures, contribution, millis);
  }

  /** Captures a version if the model took a step since the last one. */
  Optional<CapturedVersion> captureLast() {
    return rounds.isServed()
        ? versions.atEnd(trainer, accuracy.figures(), Instant.now())
        : Optional.empty();
  }

  @Override
  public void close() {
    trainer.close();
  }

  private StepReport learnOrQuarantine(PreparedBatch prepared, Instant now) {
    try {
      return learn(prepared, now);
    } catch (TrainingFailedException e) {
      if (config.trainer().onFailure() == OnFailure.STOP_JOB) {
        throw e;
      }
      quarantine.begin(trainer.step(), e.getMessage());
      return prepared.step().report().quarantined(e.fault());
    }
  }

  /** The embeddings of the weights are looked at before anybody gets them. */
  private StepReport learn(PreparedBatch prepared, Instant now) {
    StepReport report = trainer.take(prepared.step());
    if (report.outcome() == StepOutcome.TAKEN
        && isHandedOn(prepared.batch(), now)
        && !trainer.served().embed(prepared.pixels()).stream().allMatch(EmbeddedImage::isFinite)) {
      LOG.warn(
          "Embeddings of stream {} have NaN or infinite values: rolling its model back to the last good weights",
          stream);
      trainer.rollBack(StepFault.NON_FINITE);
      return report.rolledBack(StepFault.NON_FINITE);
    }

    return report;
  }

  /** Whether the embedders or the other replicas get the weights after a batch. */
  private boolean isHandedOn(MicroBatch batch, Instant now) {
    return batch.round() == null ? versions.isDue(trainer.step(), now) : batch.endsRound();
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

  private ModelStatus status(MicroBatch batch, List<PredictionCount> predictions) {
    return new ModelStatus(
        versions.lineage().id(),
        trainer.step(),
        trainer.knownClasses(),
        quarantine.isOn(),
        accuracy.figures(),
        accuracy.recalls(batch.images()),
        predictions,
        batch.round() == null ? null : rounds.figures());
  }

  private static List<String> labels(List<BatchImage> images) {
    return images.stream().map(slot -> slot.image().label()).toList();
  }

  private static long classes(List<BatchImage> images) {
    return images.stream().map(slot -> slot.image().label()).distinct().count();
  }
}
