package io.rankstream.pipeline.tools.report;

import static io.rankstream.pipeline.tools.Records.step;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.schemas.TrainingMetrics;
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

  @Test
  void tellsTimeAndImagesForOtherAxes() {
    curve.add(step(1, 1, Map.of()));
    curve.add(step(2, 1, Map.of()));

    ObjectNode json = json();
    assertThat(json.get("images").toString()).isEqualTo("[8,16]");
    assertThat(json.get("millis").toString()).isEqualTo("[1700000000100,1700000000200]");
    assertThat(json.get("learningRate").toString()).isEqualTo("[0.01,0.01]");
    assertThat(json.get("active").toString()).isEqualTo("[0.5,0.5]");
    assertThat(json.get("replayed").toString()).isEqualTo("[0.0,0.0]");
  }

  @Test
  void aStepWithoutANumberDoesNotSpoilTheMeansOfOthers() {
    LearningCurve brief = new LearningCurve(2);
    brief.add(step(1, 4, Map.of()));
    brief.add(skipped(2));
    brief.add(step(3, 2, Map.of())); // merges the first two
    ObjectNode merged = new ObjectMapper().createObjectNode();
    brief.writeTo(merged);
    assertThat(merged.get("loss").toString()).isEqualTo("[4.0,2.0]");

    curve.add(skipped(1));
    assertThat(json().get("loss").toString()).isEqualTo("[null]");
    assertThat(json().get("gradientNorm").toString()).isEqualTo("[null]");
    assertThat(json().get("active").toString()).as("no triplets").isEqualTo("[null]");
  }

  private static TrainingMetrics skipped(long step) {
    TrainingMetrics metrics = step(step, Double.NaN, Map.of());
    metrics.setGradientNorm(Double.POSITIVE_INFINITY);
    metrics.setActiveTriplets(0);
    metrics.setTriplets(0);
    return metrics;
  }

  private ObjectNode json() {
    ObjectNode node = new ObjectMapper().createObjectNode();
    curve.writeTo(node);
    return node;
  }
}
