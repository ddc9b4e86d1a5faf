package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The losses that no golden file covers, against explicit loops and finite differences. */
class CenterBasedLossTest {

  private static final int IMAGES = 8;
  private static final int DIMENSION = 3;
  private static final int CLASSES = 3;
  private static final long[] LABELS = {0, 0, 0, 1, 1, 2, 2, 2};
  private static final double MARGIN = 0.7;

  @Test
  void tripletCenterLossIsThatOfExplicitLoops() {
    double[] centers = random(CLASSES * DIMENSION, 8);

    assertValueAndGradient(
        manager ->
            new TripletCenterLoss(
                new Centers(manager.create(centers, new Shape(CLASSES, DIMENSION)), 0.5),
                Margin.of(MARGIN)),
        x -> tripletCenter(x, centers));
  }

  @Test
  void magnetLossIsThatOfExplicitLoops() {
    assertValueAndGradient(
        manager -> new MagnetLoss(Margin.of(MARGIN)), CenterBasedLossTest::magnet);
  }

  @Test
  void tripletCentersMoveSoThatTheLossFalls() {
    double[] x = random(IMAGES * DIMENSION, 3);
    double[] start = random(CLASSES * DIMENSION, 8);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray table = manager.create(start, new Shape(CLASSES, DIMENSION));
      NDArray embeddings = manager.create(x, new Shape(IMAGES, DIMENSION));
      TripletCenterLoss loss = new TripletCenterLoss(new Centers(table, 0.5), Margin.of(MARGIN));

      for (int i = 0; i < 5; i++) {
        loss.follow(embeddings, manager.create(LABELS), CLASSES);
      }

      assertThat(tripletCenter(x, table.toDoubleArray())).isLessThan(tripletCenter(x, start));
    }
  }

  @Test
  void aCenterRateOfZeroFreezesTheCenters() {
    try (NDManager manager = NDManager.newBaseManager()) {
      double[] start = random(CLASSES * DIMENSION, 8);
      NDArray table = manager.create(start, new Shape(CLASSES, DIMENSION));
      NDArray embeddings =
          manager.create(random(IMAGES * DIMENSION, 3), new Shape(IMAGES, DIMENSION));

      new CenterLoss(new Centers(table, 0)).follow(embeddings, manager.create(LABELS), CLASSES);

      assertThat(table.toDoubleArray()).isEqualTo(start);
    }
  }

  private static double[] random(int count, long seed) {
    return new Random(seed).doubles(count, -1, 1).toArray();
  }

  private static double squaredDistance(double[] a, int i, double[] b, int j) {
    double sum = 0;
    for (int d = 0; d < DIMENSION; d++) {
      double difference = a[i * DIMENSION + d] - b[j * DIMENSION + d];
      sum += difference * difference;
    }
    return sum;
  }

  private static double tripletCenter(double[] x, double[] centers) {
    double sum = 0;
    for (int i = 0; i < IMAGES; i++) {
      double nearest = Double.POSITIVE_INFINITY;
      for (int c = 0; c < CLASSES; c++) {
        if (c != LABELS[i]) {
          nearest = Math.min(nearest, squaredDistance(x, i, centers, c) / 2);
        }
      }
      double own = squaredDistance(x, i, centers, (int) LABELS[i]) / 2;
      sum += Math.max(0, own + MARGIN - nearest);
    }
    return sum / IMAGES;
  }

  private static double magnet(double[] x) {
    double[] means = new double[CLASSES * DIMENSION];
    int[] sizes = new int[CLASSES];
    for (int i = 0; i < IMAGES; i++) {
      sizes[(int) LABELS[i]]++;
      for (int d = 0; d < DIMENSION; d++) {
        means[(int) LABELS[i] * DIMENSION + d] += x[i * DIMENSION + d];
      }
    }
    for (int k = 0; k < means.length; k++) {
      means[k] /= sizes[k / DIMENSION];
    }
    double variance = 0;
    for (int i = 0; i < IMAGES; i++) {
      variance += squaredDistance(x, i, means, (int) LABELS[i]) / (IMAGES - 1);
    }
    double loss = 0;
    for (int i = 0; i < IMAGES; i++) {
      double others = 0;
      for (int c = 0; c < CLASSES; c++) {
        if (c != LABELS[i]) {
          others += Math.exp(-squaredDistance(x, i, means, c) / (2 * variance));
        }
      }
      double own =
          Math.exp(-squaredDistance(x, i, means, (int) LABELS[i]) / (2 * variance) - MARGIN);
      loss += Math.max(0, -Math.log(own / others));
    }
    return loss / IMAGES;
  }

  private static void assertValueAndGradient(
      Function<NDManager, EmbeddingLoss> loss, Function<double[], Double> reference) {
    double[] x = random(IMAGES * DIMENSION, 3);
    double[] gradient;
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray embeddings = manager.create(x, new Shape(IMAGES, DIMENSION));
      embeddings.setRequiresGradient(true);
      RankingOutcome outcome = loss.apply(manager).of(embeddings, manager.create(LABELS), CLASSES);
      collector.backward(outcome.loss());
      gradient = embeddings.getGradient().toDoubleArray();

      assertThat(outcome.loss().toDoubleArray()[0]).isCloseTo(reference.apply(x), within(1e-10));
      assertThat(outcome.count().toDoubleArray()[0]).isEqualTo(IMAGES);
    }

    double epsilon = 1e-6;
    for (int i = 0; i < x.length; i++) {
      double[] more = x.clone();
      double[] less = x.clone();
      more[i] += epsilon;
      less[i] -= epsilon;
      double slope = (reference.apply(more) - reference.apply(less)) / (2 * epsilon);
      assertThat(gradient[i]).as("gradient[%d]", i).isCloseTo(slope, within(1e-7));
    }
  }
}
