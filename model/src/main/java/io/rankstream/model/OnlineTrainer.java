package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.loss.CrossEntropy;
import io.rankstream.model.loss.PairwiseDistance;
import io.rankstream.model.loss.RankingOutcome;
import io.rankstream.model.loss.SemiHardMiner;
import io.rankstream.model.loss.TripletLoss;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import io.rankstream.model.optimize.MomentumSgd;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A two-head model that learns batch by batch.
 *
 * <p>All parameters lie in one flat buffer, the running statistics in a second and the momentum in
 * a third. A step gets its gradient as one vector, so that the update, the norm, a snapshot and a
 * restore are a few whole-vector operations. No random number of the engine is used after the
 * initialisation: equal batches give equal weights, bit for bit, with the same number of threads
 * and release of PyTorch.
 *
 * <p>Not thread-safe, but not bound to a thread either. Several trainers may run on several
 * threads.
 */
public final class OnlineTrainer implements AutoCloseable {

  private static final String ENGINE = "PyTorch";

  private final ModelConfig config;
  private final TwoHeadNetwork network;
  private final PixelTensors pixels;
  private final Optional<TripletLoss> ranking;
  private final MomentumSgd optimizer;
  private final LabelVocabulary vocabulary;

  private final NDManager manager;
  private final NDArray parameters;
  private final NDArray velocity;
  private final NDArray statistics;
  private final List<NDArray> statisticsViews;
  private final Weights weights;
  private final String space;
  private long step;

  private OnlineTrainer(
      ModelConfig config,
      TwoHeadNetwork network,
      String space,
      NDManager manager,
      NDArray parameters,
      NDArray velocity,
      NDArray statistics) {
    this.config = config;
    this.space = space;
    this.network = network;
    this.manager = manager;
    this.parameters = parameters;
    this.velocity = velocity;
    this.statistics = statistics;
    pixels = new PixelTensors(config.input());
    ranking = ranking(config.loss());
    optimizer = new MomentumSgd(config.optimizer().momentum(), config.optimizer().weightDecay());
    vocabulary = new LabelVocabulary(config.maxClasses());
    statisticsViews = Weights.statistics(network.layout(), statistics);
    weights = new Weights(network.layout(), parameters, statisticsViews);
  }

  /** A model with fresh weights, drawn from the seed. */
  public static OnlineTrainer create(ModelConfig config, Device device) {
    TwoHeadNetwork network = network(config);
    NDManager manager = NDManager.newBaseManager(device, ENGINE);
    NDArray parameters = owned(manager, network.layout().initialParameters(config.seed()));
    NDArray statistics = owned(manager, network.layout().initialStatistics());
    NDArray velocity = manager.zeros(parameters.getShape(), DataType.FLOAT32);
    String space = config.architecture() + "-s" + config.seed();
    return new OnlineTrainer(config, network, space, manager, parameters, velocity, statistics);
  }

  /**
   * A model as {@link #writeTo} wrote it. Learning rate and losses may differ from those that it
   * was written with.
   *
   * @throws IOException when the stream holds no snapshot, or one of another architecture
   */
  public static OnlineTrainer restore(ModelConfig config, Device device, InputStream in)
      throws IOException {
    DataInputStream stream = new DataInputStream(in);
    Snapshot.checkHeader(stream, config.architecture());
    NDManager manager = NDManager.newBaseManager(device, ENGINE);
    try {
      long step = stream.readLong();
      String space = stream.readUTF(); // the seed in the configuration may be another by now
      List<String> labels = Snapshot.readLabels(stream);
      TwoHeadNetwork network = network(config);
      long parameters = network.layout().parametersSize();
      long statistics = network.layout().statisticsSize();
      OnlineTrainer trainer =
          new OnlineTrainer(
              config,
              network,
              space,
              manager,
              Snapshot.readBuffer(stream, manager, parameters),
              Snapshot.readBuffer(stream, manager, parameters),
              Snapshot.readBuffer(stream, manager, statistics));
      trainer.step = step;
      trainer.vocabulary.learn(labels);
      return trainer;
    } catch (IOException | RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  /** Writes everything that the next step depends on; leaves the stream open. */
  public void writeTo(OutputStream out) throws IOException {
    DataOutputStream stream = new DataOutputStream(out);
    Snapshot.writeHeader(stream, config.architecture());
    stream.writeLong(step);
    stream.writeUTF(space);
    Snapshot.writeLabels(stream, vocabulary.labels());
    Snapshot.writeBuffer(stream, parameters);
    Snapshot.writeBuffer(stream, velocity);
    Snapshot.writeBuffer(stream, statistics);
    stream.flush();
  }

  /**
   * Takes one training step.
   *
   * @param images the batch
   * @param labels one label for each image; new ones get a row of the softmax head
   * @throws IllegalArgumentException when the numbers of images and labels differ
   */
  public StepReport learn(PixelBatch images, List<String> labels) {
    if (labels.size() != images.count()) {
      throw new IllegalArgumentException(
          "Invalid labels: %d (must be one for each of %d images)"
              .formatted(labels.size(), images.count()));
    }

    double learningRate = config.optimizer().learningRateAfter(step);
    try (NDManager scope = manager.newSubManager();
        Autograd autograd = Autograd.record()) {
      NDArray leaf = autograd.leaf(parameters, scope);
      NDArray x = pixels.of(images, scope);
      NDArray y = scope.create(vocabulary.learn(labels));

      Weights differentiated = new Weights(network.layout(), leaf, statisticsViews);
      boolean training = config.batchNorm() == BatchNormMode.TRAIN;
      NDArray features = network.features(differentiated, x, training);
      NDArray logits = network.logits(differentiated, features, vocabulary.size());
      NDArray classification = CrossEntropy.mean(logits, y);
      RankingOutcome ranked = rank(differentiated, features, y, scope);
      NDArray lambda = scope.create((float) config.loss().lambda());
      NDArray loss = classification.add(ranked.loss().mul(lambda));

      NDArray gradient = autograd.gradient(loss, leaf);
      float[] figures =
          NDArrays.stack(
                  new NDList(
                      loss,
                      classification,
                      ranked.loss(),
                      ranked.active(),
                      ranked.count(),
                      gradient.square().sum()))
              .toFloatArray(); // the only read from the device in a step
      optimizer.step(parameters, velocity, gradient, learningRate);
      step++;
      return new StepReport(
          step,
          figures[0],
          figures[1],
          figures[2],
          (int) figures[3],
          (int) figures[4],
          Math.sqrt(figures[5]),
          learningRate);
    }
  }

  /** What the softmax head says of images under the current weights. */
  public List<Prediction> predict(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      return predictions(network.features(weights, pixels.of(images, scope), false));
    }
  }

  /** Embeddings and predictions of images under the current weights. */
  public List<EmbeddedImage> embed(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray features = network.features(weights, pixels.of(images, scope), false);
      float[] values = network.embeddings(weights, features).toFloatArray();
      List<Prediction> predictions = predictions(features);
      int dimension = config.embeddingDimension();
      List<EmbeddedImage> embedded = new ArrayList<>(images.count());
      for (int i = 0; i < images.count(); i++) {
        float[] embedding = Arrays.copyOfRange(values, i * dimension, (i + 1) * dimension);
        embedded.add(new EmbeddedImage(embedding, predictions.get(i)));
      }

      return embedded;
    }
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
   * initialisation.
   */
  public String spaceIdSuffix() {
    return space;
  }

  @Override
  public void close() {
    manager.close();
  }

  private RankingOutcome rank(
      Weights differentiated, NDArray features, NDArray labels, NDManager scope) {
    if (ranking.isEmpty()) {
      NDArray zero = scope.zeros(new Shape());
      return new RankingOutcome(zero, zero, zero);
    }

    return ranking.get().of(network.embeddings(differentiated, features), labels);
  }

  private List<Prediction> predictions(NDArray features) {
    int count = Math.toIntExact(features.getShape().get(0));
    if (vocabulary.size() == 0) {
      return Collections.nCopies(count, new Prediction(null, 0));
    }

    NDArray probabilities = network.logits(weights, features, vocabulary.size()).softmax(1);
    long[] rows = probabilities.argMax(1).toLongArray();
    float[] confidences = probabilities.max(new int[] {1}).toFloatArray();
    List<Prediction> predictions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      predictions.add(new Prediction(vocabulary.label(rows[i]), confidences[i]));
    }

    return predictions;
  }

  private static TwoHeadNetwork network(ModelConfig config) {
    return new TwoHeadNetwork(
        config.backbone(), config.input(), config.embeddingDimension(), config.maxClasses());
  }

  private static Optional<TripletLoss> ranking(LossConfig loss) {
    PairwiseDistance distance =
        loss.squaredDistance() ? PairwiseDistance.SQUARED_EUCLIDEAN : PairwiseDistance.EUCLIDEAN;
    return switch (loss.ranking()) {
      case NONE -> Optional.empty();
      case TRIPLET_SEMI_HARD ->
          Optional.of(new TripletLoss(distance, new SemiHardMiner(), loss.margin()));
    };
  }

  /** A buffer in memory of the engine's own; one made from Java memory would stay tied to it. */
  private static NDArray owned(NDManager manager, float[] values) {
    try (NDArray view = manager.create(values)) {
      return view.duplicate();
    }
  }
}
