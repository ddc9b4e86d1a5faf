package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.loss.CrossEntropy;
import io.rankstream.model.loss.EmbeddingLoss;
import io.rankstream.model.loss.RankingOutcome;
import io.rankstream.model.network.FeatureMaps;
import io.rankstream.model.network.Initializer;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import io.rankstream.model.optimize.MovingAverage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A two-head model that learns batch by batch.
 *
 * <p>All parameters lie in one flat buffer, the running statistics in a second, and what the
 * optimizer remembers in others of the same kind. A step gets its gradient as one vector, so that
 * the update, the norm, a snapshot and a restore are a few whole-vector operations. No random
 * number of the engine is used after the initialisation: equal batches give equal weights, bit for
 * bit, with the same number of threads and release of PyTorch.
 *
 * <p>Not thread-safe, but not bound to a thread either. Several trainers may run on several
 * threads.
 */
public final class OnlineTrainer implements AutoCloseable {

  private static final String ENGINE = "PyTorch";
  private static final String AVERAGE = "average";

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
  private final List<NDArray> statisticsViews;
  private final Weights weights;
  private final List<Slot> frozen;
  private final Optional<NDArray> average;
  private final TwoHeadModel served;
  private String space;
  private long step;

  private OnlineTrainer(ModelConfig config, Device device) {
    this.config = config;
    Architecture architecture = config.architecture();
    network = new TwoHeadNetwork(architecture);
    pixels = new PixelTensors(architecture.input());
    vocabulary = new LabelVocabulary(architecture.maxClasses());
    space = architecture.id() + "-s" + config.seed();

    manager = NDManager.newBaseManager(device, ENGINE);
    buffers = new ModelBuffers(manager);
    parameters = buffers.add("parameters", network.layout().initialParameters(config.seed()));
    statistics = buffers.add("statistics", network.layout().initialStatistics());
    statisticsViews = Weights.statistics(network.layout(), statistics);
    weights = new Weights(network.layout(), parameters, statisticsViews);
    frozen =
        network.layout().parameters().stream()
            .filter(slot -> config.optimizer().freezes(slot.name()))
            .toList();
    optimization = Optimization.of(config.optimizer(), network, manager, buffers);
    ranking = EmbeddingLosses.of(config.loss(), this::centers, vocabulary::size);
    average =
        config.averageDecay() > 0
            ? Optional.of(buffers.addCopy(AVERAGE, parameters))
            : Optional.empty();
    served =
        new TwoHeadModel(
            architecture,
            network,
            average
                .map(values -> new Weights(network.layout(), values, statisticsViews))
                .orElse(weights),
            vocabulary,
            manager.newSubManager());
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
      if (!trainer.buffers.readFrom(stream).contains(AVERAGE)) {
        trainer.startAverage();
      }
      return trainer;
    } catch (IOException | RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /** Writes everything that the next step depends on; leaves the stream open. */
  public void writeTo(OutputStream out) throws IOException {
    DataOutputStream stream = new DataOutputStream(out);
    Snapshot.writeHeader(stream, config.architecture().id());
    stream.writeLong(step);
    stream.writeUTF(space);
    Snapshot.writeLabels(stream, vocabulary.labels());
    buffers.writeTo(stream);
    stream.flush();
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
        new ModelFile.Provenance(stream, stream + "/" + space, step));
  }

  /**
   * Takes one training step.
   *
   * @param images the batch
   * @param labels one label for each image; new ones get a row of the softmax head
   * @throws IllegalArgumentException when the numbers of images and labels differ
   */
  public StepReport learn(PixelBatch images, List<String> labels) {
    try (NDManager scope = manager.newSubManager()) {
      return learn(images, labels, scope).report();
    }
  }

  /**
   * Takes one training step and keeps what its forward pass said, which costs no pass of its own.
   * BatchNorm saw the batch's statistics there, and augmentation the images.
   */
  public EmbeddedStep learnAndEmbed(PixelBatch images, List<String> labels) {
    try (NDManager scope = manager.newSubManager()) {
      Step taken = learn(images, labels, scope);
      // Softmax alone never changes the embedding head: its weights after the step serve as well.
      NDArray embeddings =
          taken.embeddings().orElseGet(() -> network.embeddings(weights, taken.features()));
      return new EmbeddedStep(
          taken.report(), served.embedded(embeddings, network.pooled(taken.features())));
    }
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

  @Override
  public void close() {
    manager.close();
  }

  /** A step that was taken, with arrays of its forward pass. */
  private record Step(StepReport report, FeatureMaps features, Optional<NDArray> embeddings) {}

  private Step learn(PixelBatch images, List<String> labels, NDManager scope) {
    if (labels.size() != images.count()) {
      throw new IllegalArgumentException(
          "Invalid labels: %d (must be one for each of %d images)"
              .formatted(labels.size(), images.count()));
    }

    NDArray x = pixels.of(images, scope);
    NDArray y = scope.create(vocabulary.learn(labels));
    FeatureMaps features;
    Optional<NDArray> embeddings;
    NDArray gradient;
    NDList figures;
    try (Autograd autograd = Autograd.record()) {
      NDArray leaf = autograd.leaf(parameters, scope);
      Weights differentiated =
          new Weights(network.layout(), leaf, statisticsViews).withFrozen(weights, frozen);
      features = network.features(differentiated, x, config.batchNorm() == BatchNormMode.TRAIN);
      NDArray logits = network.logits(differentiated, network.pooled(features), vocabulary.size());
      NDArray classification = CrossEntropy.mean(logits, y);
      FeatureMaps maps = features;
      embeddings = ranking.map(loss -> network.embeddings(differentiated, maps));
      RankingOutcome ranked =
          embeddings.map(vectors -> ranking.orElseThrow().of(vectors, y)).orElse(nothing(scope));
      NDArray lambda = scope.create((float) config.loss().lambda());
      NDArray loss = classification.add(ranked.loss().mul(lambda));

      gradient = autograd.gradient(loss, leaf);
      figures = new NDList(loss, classification, ranked.loss(), ranked.active(), ranked.count());
    }

    NDArray squaredNorm = gradient.square().sum();
    figures.add(squaredNorm);
    float[] values = NDArrays.stack(figures).toFloatArray(); // the only read from the device
    double learningRate = config.optimizer().learningRateAfter(step);
    optimization.apply(parameters, gradient, squaredNorm, learningRate, step);
    Optional<NDArray> seen = embeddings.map(NDArray::stopGradient);
    ranking.ifPresent(loss -> loss.follow(seen.orElseThrow(), y));
    average.ifPresent(kept -> MovingAverage.follow(kept, parameters, config.averageDecay()));
    step++;
    StepReport report =
        new StepReport(
            step,
            values[0],
            values[1],
            values[2],
            (int) values[3],
            (int) values[4],
            Math.sqrt(values[5]),
            learningRate);
    return new Step(report, features, seen);
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
    Initializer.normal(1).fill(values, 0, values.length, new Random(config.seed()));
    return buffers.add("centers", values).reshape(classes, dimension);
  }
}
