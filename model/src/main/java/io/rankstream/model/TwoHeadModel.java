package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.FeatureMaps;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.PixelTensors;
import io.rankstream.model.network.Precision;
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
 * A two-head model for serving: images in, classes and embeddings out. Only the trainer that it may
 * belong to changes it. Not thread-safe.
 */
public final class TwoHeadModel implements AutoCloseable {

  private final TwoHeadNetwork network;
  private final PixelTensors pixels;
  private final Weights weights;
  private final Precision precision;
  private final LabelVocabulary vocabulary;
  private final NDManager manager;

  /**
   * @param weights views of the arrays; closed by their owner
   * @param precision numbers of the backbone
   * @param manager owner of the arrays that a call computes; closed with the model
   */
  TwoHeadModel(
      TwoHeadNetwork network,
      Weights weights,
      Precision precision,
      LabelVocabulary vocabulary,
      NDManager manager) {
    this.network = network;
    this.pixels = new PixelTensors(network.architecture().input());
    this.weights = weights;
    this.precision = precision;
    this.vocabulary = vocabulary;
    this.manager = manager;
  }

  /**
   * Reads a model that a {@link WeightsCopy} wrote.
   *
   * @throws IOException when the file cannot be read or holds no whole model
   */
  public static TwoHeadModel read(Path file, Device device) throws IOException {
    return ModelFile.read(file).open(device, Precision.FLOAT32);
  }

  /**
   * Opens a model that a {@link WeightsCopy} wrote.
   *
   * @param precision numbers of the backbone
   * @throws IOException when the file cannot be read or holds no whole model
   */
  public static TwoHeadModel open(ModelFile file, Device device, Precision precision)
      throws IOException {
    return file.open(device, precision);
  }

  /** Backbone, input and heads. */
  public Architecture architecture() {
    return network.architecture();
  }

  /** The known classes, in the order of their rows in the softmax head. */
  public List<String> labels() {
    return vocabulary.labels();
  }

  /** Predictions for images. */
  public List<Prediction> predict(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      return predictions(network.pooled(maps(images, scope)));
    }
  }

  /** Embeddings and predictions of images. */
  public List<EmbeddedImage> embed(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      FeatureMaps maps = maps(images, scope);
      return embedded(network.embeddings(weights, maps), network.pooled(maps));
    }
  }

  /** Embeddings, predictions and pooled features of images, in one pass. */
  public ImageFeatures features(PixelBatch images) {
    try (NDManager scope = manager.newSubManager()) {
      FeatureMaps maps = maps(images, scope);
      NDArray pooled = network.pooled(maps);
      return new ImageFeatures(
          embedded(network.embeddings(weights, maps), pooled), rows(UnitLength.of(pooled)));
    }
  }

  @Override
  public void close() {
    manager.close();
  }

  /**
   * Embeddings and predictions as plain values.
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
   * Predictions from pooled features.
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

  private FeatureMaps maps(PixelBatch images, NDManager scope) {
    return network.features(weights, pixels.of(images, scope), false, precision);
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
