package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.loss.EmbeddingLoss;
import io.rankstream.model.loss.EmbeddingLosses;
import io.rankstream.model.loss.LogitAdjustment;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.Initializer;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import io.rankstream.model.optimize.Optimization;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * The arrays that training changes: parameters and statistics, the state of the optimizer, the
 * centres of a ranking loss, and the moving average.
 */
final class TrainableState {

  /**
   * Values of an array whose gradient gets a vector of its own on a CPU: copying it would take
   * longer than the calls for one more vector. On a GPU the calls take longer.
   */
  private static final long LARGE_ARRAY = 1 << 17;

  private final ModelConfig config;
  private final ModelBuffers buffers;
  private final FlatWeights weights;
  private final Optimization optimization;
  private final EmbeddingLoss ranking; // null without a ranking loss
  private final LogitAdjustment adjustment; // null without logit adjustment
  private final AveragedWeights average; // null where no moving average is kept
  private final TrainingPass pass;

  /**
   * Adds all buffers, in the order in which snapshots hold them.
   *
   * @param manager owner of the arrays, on the device that trains
   */
  TrainableState(ModelConfig config, TwoHeadNetwork network, NDManager manager) {
    this.config = config;
    buffers = new ModelBuffers(manager);
    weights = new FlatWeights(network, config.seed(), buffers);
    List<Segment> segments =
        Segment.of(network.layout(), manager.getDevice().isGpu() ? Long.MAX_VALUE : LARGE_ARRAY);
    optimization =
        new Optimization(
            config.optimizer(), network, weights.parameters(), segments, buffers::addZeros);
    ranking = EmbeddingLosses.of(config.loss(), this::centers).orElse(null);
    average =
        config.averageDecay() > 0
            ? new AveragedWeights(weights, config.averageDecay(), buffers)
            : null;
    adjustment =
        config.loss().logitAdjustment() > 0
            ? new LogitAdjustment(classCounts(), config.loss().logitAdjustment())
            : null;
    pass = new TrainingPass(config, network, weights, segments, ranking, adjustment);
  }

  /** Whether any step trains the embedding head. */
  boolean hasRankingLoss() {
    return ranking != null;
  }

  /** Takes over the weights of a file; the other arrays keep their values. */
  void startFrom(ModelFile file) {
    weights.copyFrom(file);
    if (average != null) {
      average.start();
    }
  }

  /** Copies of all arrays, to be closed by the caller. */
  HostBuffers copies() {
    return buffers.copies();
  }

  /** Copies of the arrays that replicas average, to be closed by the caller. */
  HostBuffers copiesToAverage() {
    return buffers.copiesToAverage();
  }

  /**
   * How far the parameters are from others: the Euclidean length of the difference over that of the
   * others.
   */
  double distanceTo(HostBuffers others) {
    NDArray mine = weights.parameters();
    try (NDManager scope = mine.getManager().newSubManager()) {
      NDArray theirs = others.get(ModelBuffers.PARAMETERS).toDevice(mine.getDevice(), false);
      if (theirs != others.get(ModelBuffers.PARAMETERS)) {
        theirs.attach(scope);
      }
      NDArray difference = mine.sub(theirs);
      difference.attach(scope);
      NDArray length = difference.norm();
      length.attach(scope);
      NDArray whole = theirs.norm();
      whole.attach(scope);
      return length.getFloat() / Math.max(whole.getFloat(), Float.MIN_NORMAL);
    }
  }

  /**
   * Checks that copies can be restored.
   *
   * @throws IOException when a copy has another size than its array
   */
  void requireSizes(HostBuffers copies) throws IOException {
    buffers.requireSizes(copies);
  }

  /** Goes back to copies of the right size. An optimizer or a loss without a copy starts afresh. */
  void restore(HostBuffers copies) {
    buffers.restore(copies);
    if (average != null) {
      average.startWithout(copies);
    }
    weights.dropWorkingStatistics();
  }

  /**
   * Computes the gradient of a batch; changes nothing that {@link #copies} holds.
   *
   * @param stepsTaken steps before this one
   * @param scope owner of the arrays
   */
  TrainingPass.Result pass(
      PixelBatch images, LabelVocabulary.Preview rows, long stepsTaken, NDManager scope) {
    return pass.of(images, rows, stepsTaken, scope);
  }

  /**
   * Updates all arrays after a pass.
   *
   * @param stepsTaken steps before this one
   * @param classes number of known classes, those of the batch included
   */
  void update(TrainingPass.Result result, double learningRate, long stepsTaken, int classes) {
    optimization.apply(result.gradient(), learningRate, stepsTaken);
    if (ranking != null && !result.isMixed()) {
      ranking.follow(result.embeddings(), result.rows(), classes);
    }
    if (adjustment != null) {
      adjustment.follow(result.rows(), classes);
    }
    if (config.batchNorm() == BatchNormMode.TRAIN) {
      weights.keepWorkingStatistics();
    }
    if (average != null) {
      average.follow(stepsTaken);
    }
  }

  /** Drops all traces of a pass whose step is not taken. */
  void drop() {
    weights.dropWorkingStatistics();
  }

  /** Views of the newest parameters. */
  Weights trained() {
    return weights.views();
  }

  /** Views of the weights for serving: their moving average where one is kept. */
  Weights served() {
    return average == null ? weights.views() : average.views();
  }

  /** Copies of the weights for serving, to be closed by the caller. */
  HostBuffers servedCopies() {
    return average == null ? weights.copies() : average.copies();
  }

  private NDArray classCounts() {
    int classes = config.architecture().maxClasses();
    int values = LogitAdjustment.VALUES_OF_A_CLASS;
    return buffers
        .addZeros(ModelBuffers.CLASS_COUNTS, (long) classes * values)
        .reshape(classes, values);
  }

  /** A centre for each possible class, from a standard normal as in the paper's code. */
  private NDArray centers() {
    int classes = config.architecture().maxClasses();
    int dimension = config.architecture().embeddingDimension();
    float[] values = new float[classes * dimension];
    Initializer.normal(1).fill(values, new Random(config.seed()));
    return buffers.add(ModelBuffers.CENTERS, values).reshape(classes, dimension);
  }
}
