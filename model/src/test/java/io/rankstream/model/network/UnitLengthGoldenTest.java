package io.rankstream.model.network;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import io.rankstream.model.golden.GoldenCase;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UnitLengthGoldenTest {

  @ParameterizedTest
  @MethodSource("cases")
  void normalisationAndItsGradientAreGolden(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray input = golden.array(manager, "input");
      input.setRequiresGradient(true);

      NDArray output = UnitLength.of(input);
      collector.backward(output.mul(golden.array(manager, "upstream_grad")).sum());

      golden.assertArray("output", output);
      golden.assertArray("grad_input", input.getGradient());
    }
  }

  static Stream<GoldenCase> cases() {
    return GoldenCase.of("l2_normalize");
  }
}
