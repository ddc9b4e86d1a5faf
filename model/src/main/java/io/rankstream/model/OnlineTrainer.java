package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.loss.CrossEntropy;
import io.rankstream.model.loss.EmbeddingLoss;
import io.rankstream.model.loss.EmbeddingLosses;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingOutcome;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.FeatureMaps;
import io.rankstream.model.network.Initializer;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.PixelTensors;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import io.rankstream.model.optimize.Blocks;
import io.rankstream.model.optimize.MovingAverage;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.model.step.GuardConfig;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepGuard;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A two-head model that learns batch by batch.
 *
 * <p>All parameters lie in one flat buffer, the running statistics in a second, and what the
 * optimizer remembers in others of the same kind. A step gets its gradient in a few long vectors,
 * so that the update, the norm, a snapshot and a restore are few and large operations. No random
 * number of the engine is used after the initialisation: equal batches give equal weights, bit for
 * bit, with the same number of threads and release of PyTorch.
 *
 * <p>A step has two parts. {@link #prepare} computes the gradient and takes nearly all the time;
 * {@link #take} moves the weights, after a guard has looked at the figures. What a checkpoint holds
 * changes in the second part alone.
 *
 * <p>Not thread-safe, but not bound to a thread either. Several trainers may run on several
 * threads.
 */
public final class OnlineTrainer implements AutoCloseable {

  private static final String AVERAGE = "average";

  /**
   * Values of an array whose gradient is worth a vector of its own on a CPU: to copy it would take
   * longer than the calls for one more vector. On a GPU it is the other way round.
   */
  private static final long LARGE_ARRAY = 1 << 17;

  private final ModelConfig config;
  private final TwoHeadNetwork network;
  private final PixelTensors pixels;
  private final LabelVocabulary vocabulary;
  private final Optional<EmbeddingLoss> ranking;
  private final Optimization optimization;

  private final NDManager manager;
  private final ModelBuffers buffers;
  private final NDArray parameters;
  private final NDArray statistics;
  private final NDArray workingStatistics;
  private final List<NDArray> statisticsViews;
  private final Weights weights;
  private final List<Slot> frozen;
  private final List<Segment> segments;
  private final NDList segmentParts;
  private final Optional<NDArray> average;
  private final TwoHeadModel trained;
  private final TwoHeadModel served;
  private final StepGuard guard;
  private Optional<CapturedModel> lastGood = Optional.empty();
  private String space;
  private long step;
  private int classesInStep; // with those that the step in progress brings

  private OnlineTrainer(ModelConfig config, Device device) {
    this.config = config;
    Architecture architecture = config.architecture();
    network = new TwoHeadNetwork(architecture);
    pixels = new PixelTensors(architecture.input());
    vocabulary = new LabelVocabulary(architecture.maxClasses());
    space = architecture.id() + "-s" + config.seed();

    manager = NDManager.newBaseManager(device, Devices.ENGINE);
    buffers = new ModelBuffers(manager);
    parameters = buffers.add("parameters", network.layout().initialParameters(config.seed()));
    statistics = buffers.add("statistics", network.layout().initialStatistics());
    workingStatistics = statistics.duplicate();
    statisticsViews = Weights.statistics(network.layout(), workingStatistics);
    weights = new Weights(network.layout(), parameters, statisticsViews);
    frozen =
        network.layout().parameters().stream()
            .filter(slot -> config.optimizer().freezes(slot.name()))
            .toList();
    segments = Segment.of(network.layout(), device.isGpu() ? Long.MAX_VALUE : LARGE_ARRAY);
    segmentParts = Segment.cut(segments, parameters);
    optimization = Optimization.of(config.optimizer(), network, parameters, segments, buffers);
    ranking = EmbeddingLosses.of(config.loss(), this::centers, () -> classesInStep);
    average =
        config.averageDecay() > 0
            ? Optional.of(buffers.addCopy(AVERAGE, parameters))
            : Optional.empty();
    trained = model(weights);
    served =
        average
            .map(values -> model(new Weights(network.layout(), values, statisticsViews)))
            .orElse(trained);
    guard = new StepGuard(config.guard());
  }

  /** A model with fresh weights, drawn from the seed. */
  public static OnlineTrainer create(ModelConfig config, Device device) {
    return new OnlineTrainer(config, device);
  }

  /**
   * A model that starts from weights in a file: a pretrained backbone, or a whole model that {@link
   * #export} wrote, whose classes it then knows.
   *
   * @throws IllegalArgumentException when the file does not hold the backbone; the message tells
   *     what was found
   */
  public static OnlineTrainer create(ModelConfig config, Device device, ModelFile file) {
    OnlineTrainer trainer = new OnlineTrainer(config, device);
    try {
      file.report(config.architecture()).throwIfUnusable();
      trainer.vocabulary.learn(file.labels());
      file.copyInto(trainer.network, trainer.parameters, trainer.statistics);
      trainer.dropWorkingStatistics();
      trainer.startAverage();
      trainer.space = config.architecture().id() + "-w" + file.fingerprint();
      return trainer;
    } catch (RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /**
   * A model as {@link #writeTo} wrote it. Optimizer and losses may differ from those that it was
   * written with; what they have to remember then starts afresh.
   *
   * @throws IOException when the stream holds no snapshot, or one of another architecture
   */
  public static OnlineTrainer restore(ModelConfig config, Device device, InputStream in)
      throws IOException {
    DataInputStream stream = new DataInputStream(in);
    Snapshot.checkArchitecture(Snapshot.readHeader(stream), config.architecture().id());
    return restore(config, device, stream);
  }

  /**
   * A model as {@link #writeTo} wrote it, of whatever architecture, to look at and to {@link
   * #export}.
   *
   * @throws IOException when the stream holds no snapshot
   */
  public static OnlineTrainer restore(Device device, InputStream in) throws IOException {
    DataInputStream stream = new DataInputStream(in);
    Architecture architecture = Architecture.parse(Snapshot.readHeader(stream));
    double averaged =
        0.5; // takes an average that is there; where there is none, copies the weights
    ModelConfig config =
        new ModelConfig(
            architecture,
            LossConfig.paperDefaults(),
            OptimizerConfig.sgd(1, Schedule.constant()),
            BatchNormMode.TRAIN,
            averaged,
            GuardConfig.defaults(),
            0);
    return restore(config, device, stream);
  }

  private static OnlineTrainer restore(ModelConfig config, Device device, DataInputStream stream)
      throws IOException {
    OnlineTrainer trainer = new OnlineTrainer(config, device);
    try {
      trainer.step = stream.readLong();
      trainer.space = stream.readUTF(); // the seed in the configuration may be another by now
      trainer.vocabulary.learn(Snapshot.readLabels(stream));
      trainer.guard.readFrom(stream);
      if (!trainer.buffers.readFrom(stream).contains(AVERAGE)) {
        trainer.startAverage();
      }
      trainer.dropWorkingStatistics();
      return trainer;
    } catch (IOException | RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /** Writes everything that the next step depends on; leaves the stream open. */
  public void writeTo(OutputStream out) throws IOException {
    try (CapturedModel captured = capture()) {
      captured.writeTo(out);
    }
  }

  /**
   * Copies everything that the next step depends on. This may happen on another thread while a step
   * is {@linkplain #prepare prepared}, and not while one is {@linkplain #take taken}.
   */
  public CapturedModel capture() {
    ByteArrayOutputStream remembered = new ByteArrayOutputStream();
    try {
      guard.writeTo(new DataOutputStream(remembered));
    } catch (IOException e) {
      throw new UncheckedIOException("Memory takes what is written to it", e);
    }
    NDManager owner = NDManager.newBaseManager(Device.cpu(), Devices.ENGINE);
    return new CapturedModel(
        config.architecture().id(),
        step,
        space,
        vocabulary.labels(),
        remembered.toByteArray(),
        owner,
        buffers.copies(owner));
  }

  /**
   * Writes the model as a safetensors file that {@link TwoHeadModel#read} and Python read: the
   * moving average where one is kept, the softmax head with a row for each class met.
   *
   * @param stream name of the stream that the model belongs to
   */
  public void export(String stream, OutputStream out) throws IOException {
    ModelFile.write(
        out,
        config.architecture(),
        network,
        average.orElse(parameters),
        statistics,
        vocabulary.labels(),
        new ModelFile.Provenance(stream, spaceId(stream), step));
  }

  /**
   * Takes one training step.
   *
   * @param images the batch
   * @param labels one label for each image; new ones get a row of the softmax head
   * @throws IllegalArgumentException when the numbers of images and labels differ
   * @throws TrainingFailedException when the model went wrong too often
   */
  public StepReport learn(PixelBatch images, List<String> labels) {
    try (PreparedStep prepared = prepare(images, labels)) {
      return take(prepared);
    }
  }

  /**
   * Computes the gradient of a batch: the long part of a step, in which nothing changes that a
   * {@linkplain #capture copy} holds. What follows is {@link #take}, with no other step between.
   *
   * @param images the batch
   * @param labels one label for each image
   * @return the step, to be closed by the caller
   * @throws IllegalArgumentException when the numbers of images and labels differ
   */
  public PreparedStep prepare(PixelBatch images, List<String> labels) {
    if (labels.size() != images.count()) {
      throw new IllegalArgumentException(
          "Invalid labels: %d (must be one for each of %d images)"
              .formatted(labels.size(), images.count()));
    }

    LabelVocabulary.Preview rows = vocabulary.preview(labels);
    classesInStep = rows.size();
    NDManager scope = manager.newSubManager();
    try {
      return gradient(images, labels, rows, scope);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Moves the weights along a prepared step, unless the guard objects: then they stay or go back as
   * the report says, and the step counts all the same.
   *
   * @throws TrainingFailedException when the model went wrong too often
   */
  public StepReport take(PreparedStep prepared) {
    StepReport report = prepared.report();
    vocabulary.learn(prepared.labels());
    Optional<StepFault> objection = guard.objection(report.loss(), report.gradientNorm());
    if (objection.isPresent()) {
      dropWorkingStatistics();
      step++;
      return guard.skipped()
          ? goBackAfter(report, objection.get())
          : report.skipped(objection.get());
    }

    keepGoodWeights(); // the loss shows that those before the update are sound
    optimization.apply(prepared.gradient(), prepared.squaredNorm(), report.learningRate(), step);
    ranking.ifPresent(loss -> loss.follow(prepared.embeddings().orElseThrow(), prepared.rows()));
    average.ifPresent(kept -> MovingAverage.follow(kept, parameters, config.averageDecay()));
    if (config.batchNorm() == BatchNormMode.TRAIN) {
      ModelBuffers.overwrite(statistics, workingStatistics);
    }
    step++;
    boolean collapsed = guard.taken(report.gradientNorm(), report.spread());
    return collapsed ? goBackAfter(report, StepFault.COLLAPSED_EMBEDDINGS) : report;
  }

  /**
   * What the forward pass of a step says of its images, before the step is taken: as {@link
   * #embedded}, of the classes that were met before.
   */
  public List<Prediction> predicted(PreparedStep prepared) {
    return trained.predictions(network.pooled(prepared.features()));
  }

  /**
   * What the forward pass of a step said of its images, after the step was taken: it costs no pass
   * of its own. BatchNorm saw the batch's statistics there, and augmentation the images.
   */
  public List<EmbeddedImage> embedded(PreparedStep prepared) {
    // Softmax alone never changes the embedding head: its weights after the step serve as well.
    NDArray embeddings =
        prepared.embeddings().orElseGet(() -> network.embeddings(weights, prepared.features()));
    return trained.embedded(embeddings, network.pooled(prepared.features()));
  }

  /**
   * Goes back to the last weights known to be good, because what the newest ones say is no use. The
   * steps go on counting, classes stay known.
   *
   * @throws TrainingFailedException when there are no good weights, or the model went back too
   *     often
   */
  public void goBack(StepFault mishap) {
    CapturedModel good =
        lastGood.orElseThrow(
            () ->
                new TrainingFailedException(
                    "The first steps of the model went wrong (%s): check the weights that it started from and the learning rate"
                        .formatted(mishap)));
    buffers.restore(good.buffers());
    dropWorkingStatistics();
    guard.rolledBack(step, mishap);
  }

  /** The model as it serves: the moving average of the weights where one is kept. */
  public TwoHeadModel served() {
    return served;
  }

  /** Steps taken. */
  public long step() {
    return step;
  }

  /** Classes met. */
  public int knownClasses() {
    return vocabulary.size();
  }

  /** The classes met, in the order of their rows in the softmax head. */
  public List<String> vocabulary() {
    return vocabulary.labels();
  }

  /**
   * What sets the embedding space of this model apart from those of other models: architecture and
   * where the weights started.
   */
  public String spaceIdSuffix() {
    return space;
  }

  /** Identifier of the embedding space when the model is that of a stream. */
  public String spaceId(String stream) {
    return stream + "/" + space;
  }

  @Override
  public void close() {
    lastGood.ifPresent(CapturedModel::close);
    manager.close();
  }

  private TwoHeadModel model(Weights from) {
    return new TwoHeadModel(
        config.architecture(), network, from, vocabulary, manager.newSubManager());
  }

  private PreparedStep gradient(
      PixelBatch images, List<String> labels, LabelVocabulary.Preview rows, NDManager scope) {
    NDArray x = pixels.of(images, scope);
    NDArray y = scope.create(rows.rows().stream().mapToLong(Integer::longValue).toArray());
    FeatureMaps features;
    Optional<NDArray> embeddings;
    NDList gradient;
    NDList figures;
    try (Autograd autograd = Autograd.record()) {
      NDList leaves = autograd.leaves(segmentParts, scope);
      Weights differentiated =
          new Weights(segments, leaves, statisticsViews).withFrozen(weights, frozen);
      features = network.features(differentiated, x, config.batchNorm() == BatchNormMode.TRAIN);
      NDArray logits = network.logits(differentiated, network.pooled(features), rows.size());
      NDArray classification = CrossEntropy.mean(logits, y);
      FeatureMaps maps = features;
      embeddings = ranking.map(loss -> network.embeddings(differentiated, maps));
      RankingOutcome ranked =
          embeddings.map(vectors -> ranking.orElseThrow().of(vectors, y)).orElse(nothing(scope));
      NDArray lambda = scope.create((float) config.loss().lambda());
      NDArray loss = classification.add(ranked.loss().mul(lambda));

      gradient = Blocks.of(autograd.gradients(loss, leaves));
      figures = new NDList(loss, classification, ranked.loss(), ranked.active(), ranked.count());
    }

    NDArray squaredNorm = Blocks.squaredNorm(gradient);
    figures.add(squaredNorm);
    Optional<NDArray> seen = embeddings.map(NDArray::stopGradient);
    seen.ifPresent(vectors -> figures.add(vectors.mean(new int[] {0}).square().sum()));
    float[] values = NDArrays.stack(figures).toFloatArray(); // the only read from the device
    StepReport report =
        new StepReport(
            step + 1,
            values[0],
            values[1],
            values[2],
            (int) values[3],
            (int) values[4],
            Math.sqrt(values[5]),
            config.optimizer().learningRateAfter(step),
            seen.isPresent() ? 1 - values[6] : Double.NaN, // of vectors of unit length
            StepOutcome.TAKEN,
            Optional.empty());
    return new PreparedStep(scope, labels, y, features, seen, gradient, squaredNorm, report);
  }

  private StepReport goBackAfter(StepReport report, StepFault mishap) {
    goBack(mishap);
    return report.rolledBack(mishap);
  }

  private void keepGoodWeights() {
    boolean due = lastGood.isEmpty() || step - lastGood.get().step() >= config.guard().keepEvery();
    if (due && guard.isHealthy()) {
      lastGood.ifPresent(CapturedModel::close);
      lastGood = Optional.of(capture());
    }
  }

  /** The statistics that a pass in training mode moved are those of the last taken step again. */
  private void dropWorkingStatistics() {
    ModelBuffers.overwrite(workingStatistics, statistics);
  }

  private void startAverage() {
    average.ifPresent(kept -> ModelBuffers.overwrite(kept, parameters));
  }

  private static RankingOutcome nothing(NDManager scope) {
    NDArray zero = scope.zeros(new Shape());
    return new RankingOutcome(zero, zero, zero);
  }

  /** A centre for each class that may come, from a standard normal as in the paper's code. */
  private NDArray centers() {
    int classes = config.architecture().maxClasses();
    int dimension = config.architecture().embeddingDimension();
    float[] values = new float[classes * dimension];
    Initializer.normal(1).fill(values, new Random(config.seed()));
    return buffers.add("centers", values).reshape(classes, dimension);
  }
}
