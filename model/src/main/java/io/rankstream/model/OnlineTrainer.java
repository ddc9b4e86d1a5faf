package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;

/**
 * A two-head model that learns batch by batch.
 *
 * <p>All parameters lie in one flat buffer, the running statistics in a second, the state of the
 * optimizer in others of the same kind. A step gets its gradient in a few long vectors, so that the
 * update, the norm, a snapshot and a restore are few and large operations. The engine's random
 * numbers are never used: equal batches give equal weights, bit for bit, with the same number of
 * threads and the same release of PyTorch.
 *
 * <p>A step has two parts. {@link #prepare} computes the gradient and takes nearly all the time.
 * {@link #take} updates the weights, after a guard has checked the figures. Only the second part
 * changes the state that a snapshot holds.
 *
 * <p>Not thread-safe, but not bound to a thread either. Several trainers may run on several
 * threads.
 */
public final class OnlineTrainer implements AutoCloseable {

  private final ModelConfig config;
  private final TwoHeadNetwork network;
  private final LabelVocabulary vocabulary;
  private final NDManager manager;
  private final TrainableState state;
  private final TwoHeadModel trained;
  private final TwoHeadModel served;
  private final GuardedState guarded;
  private String space;
  private long step;

  private OnlineTrainer(ModelConfig config, Device device) {
    config.precisions().requireOn(device);
    this.config = config;
    Architecture architecture = config.architecture();
    network = new TwoHeadNetwork(architecture);
    vocabulary = new LabelVocabulary(architecture.maxClasses());
    manager = NDManager.newBaseManager(device, Devices.ENGINE);
    state = new TrainableState(config, network, manager);
    trained = model(state.trained(), config.precisions().step());
    served = model(state.served(), config.precisions().served());
    guarded = new GuardedState(state, config.guard());
    space = architecture.id() + "-s" + config.seed();
  }

  /** A model with random weights, drawn from the seed. */
  public static OnlineTrainer create(ModelConfig config, Device device) {
    return new OnlineTrainer(config, device);
  }

  /**
   * A model that starts from weights in a file: a pretrained backbone, or a whole model that a
   * {@link WeightsCopy} wrote, with its classes.
   *
   * @throws IllegalArgumentException when the file does not hold the backbone
   */
  public static OnlineTrainer create(ModelConfig config, Device device, ModelFile file) {
    OnlineTrainer trainer = new OnlineTrainer(config, device);
    try {
      file.report(config.architecture()).throwIfUnusable();
      trainer.vocabulary.learn(file.labels());
      trainer.state.startFrom(file);
      trainer.space = config.architecture().id() + "-w" + file.fingerprint();
      return trainer;
    } catch (RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /**
   * A model from a {@linkplain ModelSnapshot snapshot}. Optimizer and losses may differ from those
   * of the snapshot; their state then starts afresh. The softmax head may have another number of
   * rows; the space stays the same.
   *
   * @throws IOException when the stream holds no snapshot, one of another architecture, or more
   *     classes than the softmax head has rows
   */
  public static OnlineTrainer restore(ModelConfig config, Device device, InputStream in)
      throws IOException {
    try (ModelSnapshot snapshot = ModelSnapshot.read(in)) {
      snapshot.requireArchitecture(config.architecture());
      snapshot.comparePrecision(config.precisions().step().id());
      OnlineTrainer trainer = new OnlineTrainer(config, device);
      try {
        trainer.resume(snapshot);
        return trainer;
      } catch (IOException | RuntimeException e) {
        trainer.close();
        throw e;
      }
    }
  }

  /**
   * Copies everything that the next step depends on. This may happen on another thread while a step
   * is {@linkplain #prepare prepared}, but not while one is {@linkplain #take taken}.
   *
   * @return the copy, to be closed by the caller
   */
  public ModelSnapshot snapshot() {
    return new ModelSnapshot(
        config.architecture().id(),
        KebabCase.of(config.precisions().step()),
        step,
        space,
        vocabulary.labels(),
        guarded.memory(),
        guarded.savedGood(),
        state.copies());
  }

  /**
   * Copies the weights that the model serves with, to be written to a file later and by another
   * thread.
   *
   * @param stream name of the stream that the model belongs to
   * @param lineage timeline of the model; empty for none
   * @return the copy, to be closed by the caller
   */
  public WeightsCopy copyWeights(String stream, String lineage) {
    return new WeightsCopy(
        network,
        state.servedCopies(),
        vocabulary.labels(),
        Provenance.of(stream, space, lineage, step),
        config.precisions().step().id());
  }

  /**
   * Takes one training step.
   *
   * @param images the batch
   * @param labels one label for each image; new ones get a row of the softmax head
   * @throws IllegalArgumentException when the numbers of images and labels differ
   * @throws TrainingFailedException when the model was rolled back too often
   */
  public StepReport learn(PixelBatch images, List<String> labels) {
    try (PreparedStep prepared = prepare(images, labels)) {
      return take(prepared);
    }
  }

  /**
   * Computes the gradient of a batch: the long part of a step, which changes nothing that a
   * {@linkplain #snapshot snapshot} holds. Next comes {@link #take}, with no other step in between.
   *
   * @param images the batch
   * @param labels one label for each image
   * @return the step, to be closed by the caller
   * @throws IllegalArgumentException when the numbers of images and labels differ
   * @throws IllegalStateException when there are labels {@linkplain #beyondCapacity beyond the
   *     capacity}
   */
  public PreparedStep prepare(PixelBatch images, List<String> labels) {
    if (labels.size() != images.count()) {
      throw new IllegalArgumentException(
          "Invalid labels: %d (must be one for each of %d images)"
              .formatted(labels.size(), images.count()));
    }

    LabelVocabulary.Preview rows = vocabulary.preview(labels);
    NDManager scope = manager.newSubManager();
    try {
      TrainingPass.Result result = state.pass(images, rows, step, scope);
      double learningRate = config.optimizer().learningRateAfter(step);
      return new PreparedStep(
          scope, labels, result, result.figures().report(step + 1, learningRate));
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Updates the weights by a prepared step. Where the guard objects, the step is skipped or the
   * model rolled back, as the report says; the step counts all the same.
   *
   * @throws TrainingFailedException when the model was rolled back too often
   */
  public StepReport take(PreparedStep prepared) {
    vocabulary.learn(prepared.labels());
    step++;
    return guarded.take(prepared, vocabulary.size());
  }

  /**
   * Predictions from the forward pass of a step, before the step is taken, over the classes known
   * before; they need no pass of their own. In that pass BatchNorm used the statistics of the
   * batch, and the images were augmented.
   *
   * @throws IllegalStateException when the step mixes its images, so that the pass saw none of them
   */
  public List<Prediction> predicted(PreparedStep prepared) {
    if (prepared.pass().isMixed()) {
      throw new IllegalStateException(
          "No predictions in a step that mixes its images: predict them with served() before it");
    }

    return trained.predictions(network.pooled(prepared.pass().features()));
  }

  /**
   * Rolls the model back to its last good weights. Step counter and classes stay.
   *
   * @param fault what is wrong with the present weights
   * @throws TrainingFailedException when there are no good weights, or the model was rolled back
   *     too often
   */
  public void rollBack(StepFault fault) {
    guarded.rollBack(step, fault);
  }

  /**
   * Moves the step counter on, over steps that replicas of this model have taken.
   *
   * @param steps steps of all replicas so far
   */
  public void moveTo(long steps) {
    step = steps;
  }

  /**
   * Gives new labels the next rows of the softmax head, as long as there are any: classes that
   * replicas of this model have learnt before.
   */
  public void learnLabels(List<String> labels) {
    Set<String> beyond = vocabulary.beyondCapacity(labels);
    vocabulary.learn(labels.stream().filter(label -> !beyond.contains(label)).toList());
  }

  /**
   * Copies what replicas of this model average, to be closed by the caller. While the guard is in
   * doubt of the present weights, these are the last good ones; they are always finite.
   *
   * @throws TrainingFailedException when the weights are not finite, and the model was rolled back
   *     too often
   */
  public ReplicaWeights toAverage() {
    HostBuffers copies = guarded.toAverage(step);
    return new ReplicaWeights(config.architecture().id(), space, vocabulary.labels(), copies);
  }

  /**
   * Takes over the average of the replicas of this model; the state of the optimizer stays.
   *
   * @param steps steps of all replicas so far
   * @return length of the difference between the parameters before and the average, over the length
   *     of the average
   * @throws IOException when the average is of another architecture
   */
  public double adopt(ReplicaWeights average, long steps) throws IOException {
    state.requireSizes(average.buffers());
    vocabulary.learn(average.labels());
    space = average.spaceIdSuffix();
    step = steps;
    return guarded.adopt(average.buffers(), steps);
  }

  /** Forgets the rollbacks and the bad steps so far, so that a failed model may learn again. */
  public void absolve() {
    guarded.absolve();
  }

  /** The model for serving: with the moving average of the weights where one is kept. */
  public TwoHeadModel served() {
    return served;
  }

  /** Steps so far, skipped ones included. */
  public long step() {
    return step;
  }

  /** Number of known classes. */
  public int knownClasses() {
    return vocabulary.size();
  }

  /** The new labels among these for which the softmax head has no row left. */
  public Set<String> beyondCapacity(List<String> labels) {
    return vocabulary.beyondCapacity(labels);
  }

  /** The known classes, in the order of their rows in the softmax head. */
  public List<String> vocabulary() {
    return vocabulary.labels();
  }

  /** Identity of the embedding space: the architecture and where the weights started. */
  public String spaceIdSuffix() {
    return space;
  }

  /** Identity of the embedding space of a stream that has this model. */
  public String spaceId(String stream) {
    return Provenance.spaceId(stream, space);
  }

  @Override
  public void close() {
    guarded.close();
    manager.close();
  }

  private void resume(ModelSnapshot snapshot) throws IOException {
    step = snapshot.step();
    space = snapshot.spaceIdSuffix(); // the seed in the configuration may have changed
    vocabulary.learn(snapshot.labels());
    HeadRows rows = new HeadRows(snapshot.architecture(), network);
    try (HostBuffers fresh = state.copies();
        HostBuffers buffers = rows.fitted(snapshot.buffers(), fresh);
        GoodWeights.Saved good = rows.fitted(snapshot.good(), fresh)) {
      state.requireSizes(buffers);
      guarded.restore(buffers, snapshot.guard(), good);
    }
  }

  private TwoHeadModel model(Weights views, Precision precision) {
    return new TwoHeadModel(network, views, precision, vocabulary, manager.newSubManager());
  }
}
