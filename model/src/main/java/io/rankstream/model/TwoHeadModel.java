package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.FeatureMaps;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.PixelTensors;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.UnitLength;
import io.rankstream.model.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A two-head model as it serves: images in, classes and embeddings out. Nothing in it changes but
 * through the trainer that it may belong to. Not thread-safe.
 */
public final class TwoHeadModel implements AutoCloseable {

  private final Architecture architecture;
  private final TwoHeadNetwork network;
  private final PixelTensors pixels;
  private final Weights weights;
  private final LabelVocabulary vocabulary;
  private final NDManager manager;

  /**
   * @param weights views of the arrays; they stay their owner's
   * @param manager owner of what a call computes; closed with the model
   */
  TwoHeadModel(
      Architecture architecture,
      TwoHeadNetwork network,
      Weights weights,
      LabelVocabulary vocabulary,
      NDManager manager) {
    this.architecture = architecture;
    this.network = network;
    this.pixels = new PixelTensors(architecture.input());
    this.weights = weights;
    this.vocabulary = vocabulary;
    this.manager = manager;
  }

  /**
   * A model as {@link OnlineTrainer#export} wrote it.
   *
   * @throws IOException when the file cannot be read or is no such model
   */
  public static TwoHeadModel read(Path file, Device device) throws IOException {
    return ModelFile.read(file).open(device);
  }

  /** Backbone, input and heads. */
  public Architecture architecture() {
    return architecture;
  }

  /** The classes met, in the order of their rows in the softmax head. */
  public List<String> labels() {
    return vocabulary.labels();
  }

  /** What the softmax head says of images. */
  public List<Prediction> predict(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      FeatureMaps features = features(images, scope);
      return predictions(network.pooled(features));
    }
  }

  /** Embeddings and predictions of images. */
  public List<EmbeddedImage> embed(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      FeatureMaps features = features(images, scope);
      return embedded(network.embeddings(weights, features), network.pooled(features));
    }
  }

  /** Embeddings, predictions and pooled features of images, in one pass. */
  public DescribedImages describe(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      FeatureMaps features = features(images, scope);
      NDArray pooled = network.pooled(features);
      return new DescribedImages(
          embedded(network.embeddings(weights, features), pooled), rows(UnitLength.of(pooled)));
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  /**
   * Embeddings and predictions that were computed elsewhere, as values.
   *
   * @param embeddings {@code [N, D]}
   * @param pooled {@code [N, channels]}
   */
  List<EmbeddedImage> embedded(NDArray embeddings, NDArray pooled) {
    List<float[]> vectors = rows(embeddings);
    List<Prediction> predictions = predictions(pooled);
    List<EmbeddedImage> embedded = new ArrayList<>(vectors.size());
    for (int i = 0; i < vectors.size(); i++) {
      embedded.add(new EmbeddedImage(vectors.get(i), predictions.get(i)));
    }

    return embedded;
  }

  /**
   * What the softmax head says of features that were computed elsewhere.
   *
   * @param pooled {@code [N, channels]}
   */
  List<Prediction> predictions(NDArray pooled) {
    int count = Math.toIntExact(pooled.getShape().get(0));
    if (vocabulary.size() == 0) {
      return Collections.nCopies(count, new Prediction(null, 0));
    }

    NDArray probabilities = network.logits(weights, pooled, vocabulary.size()).softmax(1);
    long[] rows = probabilities.argMax(1).toLongArray();
    float[] confidences = probabilities.max(new int[] {1}).toFloatArray();
    List<Prediction> predictions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      predictions.add(new Prediction(vocabulary.label(rows[i]), confidences[i]));
    }

    return predictions;
  }

  private FeatureMaps features(PixelBatch images, NDManager scope) {
    return network.features(weights, pixels.of(images, scope), false);
  }

  private static List<float[]> rows(NDArray matrix) {
    int width = Math.toIntExact(matrix.getShape().get(1));
    float[] values = matrix.toFloatArray();
    List<float[]> rows = new ArrayList<>();
    for (int from = 0; from < values.length; from += width) {
      rows.add(Arrays.copyOfRange(values, from, from + width));
    }

    return rows;
  }
}
