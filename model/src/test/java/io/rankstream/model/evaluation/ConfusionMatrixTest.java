package io.rankstream.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.model.golden.GoldenCase;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfusionMatrixTest {

  @ParameterizedTest
  @MethodSource("cases")
  void accuraciesAreGolden(GoldenCase golden) {
    ConfusionMatrix matrix = new ConfusionMatrix();
    JsonNode labels = golden.field("labels");
    JsonNode predictions = golden.field("predictions");
    for (int i = 0; i < labels.size(); i++) {
      matrix.add(labels.get(i).asText(), predictions.get(i).asText());
    }

    assertThat(matrix.count()).isEqualTo(labels.size());
    assertThat(matrix.micro())
        .isCloseTo(golden.expected("micro_accuracy").asDouble(), within(1e-9));
    assertThat(matrix.macro())
        .isCloseTo(golden.expected("macro_accuracy_over_present_classes").asDouble(), within(1e-9));
  }

  @Test
  void noPredictionIsWrongEvenForAClassThatIsCalledNull() {
    ConfusionMatrix matrix = new ConfusionMatrix();
    matrix.add("null", null);
    matrix.add("null", "null");
    matrix.add("cat", null);

    assertThat(matrix.count()).isEqualTo(3);
    assertThat(matrix.count("null", "null")).isEqualTo(1);
    assertThat(matrix.recalls()).containsEntry("null", 0.5).containsEntry("cat", 0.0);
    assertThat(matrix.micro()).isCloseTo(1 / 3.0, within(1e-9));
  }

  static Stream<GoldenCase> cases() {
    return GoldenCase.of("metric_accuracy").filter(each -> each.toString().endsWith("float64"));
  }
}
