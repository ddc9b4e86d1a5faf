package io.rankstream.model.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compares with four steps of torch.optim on the same weights and gradients. */
class UpdateRuleTest {

  private static final float[] START = {1, -2, 0.5f, 3};
  private static final int STEPS = 4;

  @Test
  void momentumSgdIsThatOfPyTorch() {
    float[] weights = run(new MomentumSgd(0.9, false), 0, new float[] {1, 1, 1, 1});

    assertClose(weights, 0.35735, 0.1412, -0.249275, -0.4265);
  }

  @Test
  void nesterovsMomentumIsThatOfPyTorch() {
    float[] weights = run(new MomentumSgd(0.9, true), 0, new float[] {1, 1, 1, 1});

    assertClose(weights, 0.101615, 1.10708, -0.6043475, -1.90385);
  }

  @Test
  void adamIsThatOfPyTorch() {
    float[] weights = run(new AdamW(0.9, 0.99), 0, new float[] {1, 1, 1, 1});

    assertClose(
        weights, 0.6022392046486478, -1.6166175146213033, 0.12588991120442916, 2.610001755146758);
  }

  @Test
  void clippingIsThatOfPyTorch() {
    float[] weights = run(new MomentumSgd(0.9, false), 1, new float[] {1, 1, 1, 1});

    assertClose(
        weights, 0.8451768472520244, -1.5545109148465828, 0.35466703379727915, 2.2448646093506315);
  }

  @Test
  void aRateOfZeroLeavesAValueAlone() {
    float[] rates = {1, 0, 1, 0};

    for (UpdateRule rule :
        List.of(new MomentumSgd(0.9, false), new MomentumSgd(0.9, true), new AdamW(0.9, 0.99))) {
      float[] weights = run(rule, 0, rates);

      assertThat(weights[1]).isEqualTo(START[1]);
      assertThat(weights[3]).isEqualTo(START[3]);
      assertThat(weights[0]).isNotEqualTo(START[0]);
    }
  }

  @Test
  void aHigherRateMovesAValueFarther() {
    float[] weights = run(new MomentumSgd(0.9, true), 0, new float[] {1, 1, 10, 1});
    float[] plain = run(new MomentumSgd(0.9, true), 0, new float[] {1, 1, 1, 1});

    assertThat(weights[2] - START[2]).isCloseTo(10 * (plain[2] - START[2]), within(1e-5f));
    assertThat(weights[0]).isEqualTo(plain[0]);
  }

  private static float[] gradient(int step) {
    float[] base = {0.5f, -1, 0.25f, 2};
    float[] shift = {1, 1, -1, 1};
    float[] gradient = new float[base.length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = base[i] * (step + 1) - 0.3f * step * shift[i];
    }
    return gradient;
  }

  private static float[] run(UpdateRule rule, double clipNorm, float[] rates) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray weights = manager.create(START);
      List<NDArray> moments =
          IntStream.range(0, rule.moments())
              .mapToObj(i -> manager.zeros(new Shape(START.length), DataType.FLOAT32))
              .toList();
      for (int step = 0; step < STEPS; step++) {
        NDArray gradient = manager.create(gradient(step));
        if (clipNorm > 0) {
          GradientNorm.clip(new NDList(gradient), gradient.square().sum(), clipNorm);
        }
        rule.update(weights, moments, gradient, manager.create(rates), 0.1, step + 1);
      }
      return weights.toFloatArray();
    }
  }

  private static void assertClose(float[] actual, double... expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as("value %d", i).isCloseTo(expected[i], within(2e-6));
    }
  }
}
