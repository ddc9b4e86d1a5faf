package io.rankstream.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingDriftTest {

  private static final List<float[]> CORNERS =
      List.of(
          new float[] {1, 0},
          new float[] {0.8f, 0.6f},
          new float[] {0, 1},
          new float[] {-0.6f, 0.8f});
  private static final int[] PAIRS = {0, 0, 1, 1};

  @Test
  void equalVersionsHaveNoDrift() {
    EmbeddingDrift drift = EmbeddingDrift.between(CORNERS, CORNERS, PAIRS);

    assertThat(drift.cosineShift()).isCloseTo(0, within(1e-6));
    assertThat(drift.overlap()).isEqualTo(1);
    assertThat(drift.recallAcross()).isEqualTo(drift.recallWithin());
    assertThat(drift.residual()).isCloseTo(0, within(1e-6));
  }

  @Test
  void quarterTurnShiftsByOneAndKeepsNeighbours() {
    List<float[]> turned = CORNERS.stream().map(v -> new float[] {-v[1], v[0]}).toList();

    EmbeddingDrift drift = EmbeddingDrift.between(CORNERS, turned, PAIRS);

    assertThat(drift.cosineShift()).isCloseTo(1, within(1e-6));
    assertThat(drift.overlap()).isEqualTo(1);
    // Turned, they are nearest to the images 2, 3, 3 and 2 of before.
    assertThat(drift.recallAcross()).isEqualTo(0.5);
    assertThat(drift.recallMapped()).isEqualTo(drift.recallWithin());
    assertThat(drift.residual()).isCloseTo(0, within(1e-6));
  }

  @Test
  void imageIsNoNeighbourOfItself() {
    EmbeddingDrift drift = EmbeddingDrift.between(CORNERS, CORNERS, new int[] {0, 1, 2, 3});

    assertThat(drift.recallWithin()).isZero();
    assertThat(drift.recallAcross()).isZero();
  }

  @Test
  void overlapCountsCommonNeighbours() {
    // 12 images on a line; in the newer version one goes from the end to the beginning.
    List<float[]> older = new ArrayList<>();
    List<float[]> newer = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      older.add(new float[] {i, 1});
      newer.add(new float[] {i == 11 ? -1 : i, 1});
    }

    EmbeddingDrift drift = EmbeddingDrift.between(older, newer, new int[12]);

    // Each has all others but the farthest, which is the same one for image 5 alone.
    assertThat(drift.overlap()).isCloseTo(109 / 120.0, within(1e-12));
  }

  @Test
  void twoImagesAreEnough() {
    List<float[]> two = CORNERS.subList(0, 2);

    assertThat(EmbeddingDrift.between(two, two, new int[] {7, 7}).recallAcross()).isEqualTo(1);
    assertThatThrownBy(() -> EmbeddingDrift.between(two.subList(0, 1), two.subList(0, 1), PAIRS))
        .hasMessageContaining("at least 2");
  }

  @Test
  void vectorsOfZerosHaveFiniteDrift() {
    List<float[]> zeros = List.of(new float[2], new float[2], new float[2], new float[2]);

    EmbeddingDrift drift = EmbeddingDrift.between(CORNERS, zeros, PAIRS);

    assertThat(drift.cosineShift()).isEqualTo(1);
    assertThat(EmbeddingDrift.between(zeros, zeros, PAIRS).residual()).isZero();
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() {
    List<float[]> damaged = new ArrayList<>(CORNERS);
    damaged.set(2, new float[] {Float.NaN, 0});

    assertThatThrownBy(() -> EmbeddingDrift.between(CORNERS, damaged, PAIRS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite");
  }

  @Test
  void differentDimensionsAreRefused() {
    List<float[]> longer = CORNERS.stream().map(v -> new float[] {v[0], v[1], 0}).toList();

    assertThatThrownBy(() -> EmbeddingDrift.between(CORNERS, longer, PAIRS))
        .hasMessageContaining("Invalid dimension: 3");
  }

  @ParameterizedTest
  @CsvSource({"16, 256", "64, 256", "256, 1024", "512, 256"})
  void mapFindsTheTurnThatMadeTheNewerVersion(int dimension, int images) {
    Random random = new Random(dimension);
    RealMatrix square = MatrixUtils.createRealMatrix(gaussian(random, dimension, dimension));
    double[][] turn = new QRDecomposition(square).getQ().getData();
    List<float[]> older = floats(gaussian(random, images, dimension));
    List<float[]> newer = older.stream().map(vector -> times(vector, turn)).toList();

    OrthogonalMap map = OrthogonalMap.fit(older, newer);

    assertThat(map.residual(older, newer)).isLessThan(1e-5);
    for (int row = 0; images >= dimension && row < dimension; row++) {
      for (int column = 0; column < dimension; column++) {
        assertThat((double) map.row(row)[column]).isCloseTo(turn[row][column], within(1e-6));
      }
    }
  }

  @Test
  void withoutMapTheOtherFiguresAreTheSame() {
    List<float[]> turned = CORNERS.stream().map(v -> new float[] {-v[1], v[0]}).toList();

    EmbeddingDrift drift = EmbeddingDrift.withoutMap(CORNERS, turned, PAIRS);

    EmbeddingDrift whole = EmbeddingDrift.between(CORNERS, turned, PAIRS);
    assertThat(drift)
        .isEqualTo(
            new EmbeddingDrift(
                whole.cosineShift(),
                whole.overlap(),
                whole.recallWithin(),
                whole.recallAcross(),
                Double.NaN,
                Double.NaN));
  }

  /** As a model that goes on learning: all images turn alike, and each moves a little by itself. */
  @Test
  void mapOfNoisyImagesIsNearTheTurnAndStaysOrthogonal() {
    int dimension = 32;
    Random random = new Random(7);
    RealMatrix square = MatrixUtils.createRealMatrix(gaussian(random, dimension, dimension));
    double[][] turn = new QRDecomposition(square).getQ().getData();
    List<float[]> older = floats(gaussian(random, 512, dimension));
    List<float[]> newer = older.stream().map(vector -> times(vector, turn)).toList();
    for (float[] vector : newer) {
      for (int i = 0; i < dimension; i++) {
        vector[i] += (float) (0.1 * random.nextGaussian());
      }
    }

    OrthogonalMap map = OrthogonalMap.fit(older, newer);

    assertThat(map.residual(older, newer)).isCloseTo(0.1, within(0.01));
    for (int row = 0; row < dimension; row++) {
      double length = 0;
      for (int column = 0; column < dimension; column++) {
        double value = map.row(row)[column];
        length += value * value;
        assertThat(value).isCloseTo(turn[row][column], within(0.03));
      }
      assertThat(length).isCloseTo(1, within(1e-6));
    }
  }

  /** Fewer images than values, all of one class, one of them twice. */
  @Test
  void mapOfTooFewImagesIsARotationWithoutNaN() {
    List<float[]> older = floats(gaussian(new Random(3), 5, 64));
    older.add(older.get(0));
    List<float[]> newer = floats(gaussian(new Random(4), 5, 64));
    newer.add(newer.get(0));

    OrthogonalMap map = OrthogonalMap.fit(older, newer);

    for (int row = 0; row < map.dimension(); row++) {
      double length = 0;
      for (float value : map.row(row)) {
        length += (double) value * value;
      }
      assertThat(length).isCloseTo(1, within(1e-5));
    }
    assertThat(map.residual(older, newer)).isFinite();
  }

  /** Vectors that are padded with zeros have the map of those that are not, and the identity. */
  @Test
  void mapOfFewImagesInManyDimensionsIsThatOfTheirSpan() {
    List<float[]> older = floats(gaussian(new Random(5), 8, 4));
    List<float[]> newer = floats(gaussian(new Random(6), 8, 4));

    OrthogonalMap small = OrthogonalMap.fit(older, newer);
    OrthogonalMap large = OrthogonalMap.fit(padded(older), padded(newer));

    for (int row = 0; row < 32; row++) {
      for (int column = 0; column < 32; column++) {
        boolean inSpan = row < 4 && column < 4;
        double expected = inSpan ? small.row(row)[column] : row == column ? 1 : 0;
        assertThat((double) large.row(row)[column]).isCloseTo(expected, within(1e-6));
      }
    }
  }

  private static List<float[]> padded(List<float[]> vectors) {
    return vectors.stream().map(vector -> Arrays.copyOf(vector, 32)).toList();
  }

  @Test
  void mapKeepsDirectionsWithoutImages() {
    List<float[]> older = List.of(new float[] {1, 0, 0}, new float[] {0, 1, 0});
    List<float[]> newer = List.of(new float[] {0, 1, 0}, new float[] {-1, 0, 0});

    OrthogonalMap map = OrthogonalMap.fit(older, newer);

    assertThat(map.apply(new float[] {0, 0, 1}))
        .containsExactly(new float[] {0, 0, 1}, within(1e-6f));
    assertThat(map.apply(new float[] {1, 0, 0}))
        .containsExactly(new float[] {0, 1, 0}, within(1e-6f));
  }

  private static double[][] gaussian(Random random, int rows, int columns) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextGaussian();
      }
    }
    return values;
  }

  private static List<float[]> floats(double[][] rows) {
    List<float[]> vectors = new ArrayList<>();
    for (double[] row : rows) {
      float[] vector = new float[row.length];
      for (int i = 0; i < row.length; i++) {
        vector[i] = (float) row[i];
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static float[] times(float[] vector, double[][] matrix) {
    float[] product = new float[vector.length];
    for (int column = 0; column < product.length; column++) {
      double sum = 0;
      for (int row = 0; row < product.length; row++) {
        sum += vector[row] * matrix[row][column];
      }
      product[column] = (float) sum;
    }
    return product;
  }
}
