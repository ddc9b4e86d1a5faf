package io.rankstream.pipeline.tools.report;

import static io.rankstream.pipeline.tools.Records.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearningCurveTest {

  private final LearningCurve curve = new LearningCurve(400);

  @Test
  void aLongRunHasABoundedNumberOfPointsAndKeepsItsMean() {
    int steps = 10_000;
    for (int i = 1; i <= steps; i++) {
      curve.add(step(i, i, Map.of()));
    }

    ObjectNode json = json();
    int points = json.get("step").size();
    assertThat(points).isBetween(200, 400);
    assertThat(json.get("step").get(points - 1).asInt()).isEqualTo(steps);
    double sum = 0;
    int before = 0;
    for (int i = 0; i < points; i++) {
      int at = json.get("step").get(i).asInt();
      sum += json.get("loss").get(i).asDouble() * (at - before);
      before = at;
    }
    assertThat(sum / steps).isCloseTo((steps + 1) / 2.0, within(1e-6));
  }

  @Test
  void startsAgainWithAnotherModel() {
    curve.add(step(1, 1, Map.of()));
    curve.add(step(2, 1, Map.of()));
    curve.add(step(1, 3, Map.of()));

    assertThat(json().get("step").toString()).isEqualTo("[1]");
    assertThat(json().get("loss").toString()).isEqualTo("[3.0]");
  }

  private ObjectNode json() {
    ObjectNode node = new ObjectMapper().createObjectNode();
    curve.writeTo(node);
    return node;
  }
}
