package io.rankstream.pipeline.tools.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EmbeddingMapTest {

  private static final EmbeddingMap LINE =
      new EmbeddingMap(List.of(vector(0, 0), vector(3, 4), vector(6, 8), vector(-3, -4)));

  private static float[] vector(float... values) {
    return values;
  }

  @Test
  void thePlaneKeepsTheDistancesOfPointsThatLieInIt() {
    double[][] plane = LINE.plane(List.of(0, 1, 2, 3));

    assertThat(Math.abs(plane[2][0] - plane[0][0])).isCloseTo(10, within(1e-9));
    assertThat(Math.abs(plane[3][0] - plane[1][0])).isCloseTo(10, within(1e-9));
    for (double[] point : plane) {
      assertThat(point[1]).isCloseTo(0, within(1e-9));
    }
  }

  @Test
  void aPlaneExistsForFewerImagesThanDimensions() {
    Random random = new Random(1);
    List<float[]> many =
        Stream.generate(
                () -> {
                  float[] values = new float[256];
                  IntStream.range(0, 256).forEach(i -> values[i] = random.nextFloat());
                  return values;
                })
            .limit(16)
            .toList();

    double[][] plane = new EmbeddingMap(many).plane(List.of(0, 1, 2, 3, 4, 5, 6, 7));

    assertThat(plane).hasNumberOfRows(8);
    for (double[] point : plane) {
      assertThat(point[0]).isFinite();
    }
  }

  @Test
  void neighboursComeInTheOrderOfTheirDistanceWithoutTheQuery() {
    assertThat(LINE.nearest(1, 2)).containsExactly(0, 2);
    assertThat(LINE.nearest(3, 10)).containsExactly(0, 1, 2);
  }
}
