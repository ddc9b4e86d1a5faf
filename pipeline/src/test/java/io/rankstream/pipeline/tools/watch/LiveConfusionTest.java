package io.rankstream.pipeline.tools.watch;

import static io.rankstream.pipeline.tools.Records.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.schemas.PredictionCount;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveConfusionTest {

  private final RecentPredictions predictions = new RecentPredictions();
  private long step;

  @Test
  void countsWhichClassWasTakenForWhich() {
    add(of("cat", "cat", 6), of("cat", "dog", 2), of("dog", "cat", 1), of("dog", null, 3));
    add(of("cat", "dog", 1), of("bird", "dog", 4));

    JsonNode json = json();
    assertThat(json.get("predictions").asInt()).isEqualTo(17);
    assertThat(json.get("correct").asInt()).isEqualTo(6);
    assertThat(json.get("unknown").asInt()).isEqualTo(3);
    assertThat(json.get("others").asInt()).isZero();
    assertThat(json.get("rows").toString())
        .isEqualTo(
            "[{\"name\":\"bird\",\"all\":4,\"predicted\":[0,0,4]},"
                + "{\"name\":\"cat\",\"all\":9,\"predicted\":[0,6,3]},"
                + "{\"name\":\"dog\",\"all\":4,\"predicted\":[0,1,0]}]");
    assertThat(json.get("pairs").toString())
        .isEqualTo(
            "[{\"label\":\"bird\",\"predicted\":\"dog\",\"images\":4,\"all\":4},"
                + "{\"label\":\"cat\",\"predicted\":\"dog\",\"images\":3,\"all\":9},"
                + "{\"label\":\"dog\",\"predicted\":\"cat\",\"images\":1,\"all\":4}]");
  }

  @Test
  void aClassThatWasOnlyPredictedHasARowToo() {
    add(of("cat", "dog", 2));

    assertThat(json().get("rows").toString())
        .isEqualTo(
            "[{\"name\":\"cat\",\"all\":2,\"predicted\":[0,2]},"
                + "{\"name\":\"dog\",\"all\":0,\"predicted\":[0,0]}]");
  }

  @Test
  void forgetsTheOldestPredictionsOneByOne() {
    add(of("cat", "dog", 6));
    add(of("cat", "cat", RecentPredictions.WINDOW - 4));

    assertThat(predictions.counts())
        .containsExactly(
            new RecentPredictions.Count("cat", "cat", RecentPredictions.WINDOW - 4),
            new RecentPredictions.Count("cat", "dog", 4));
    add(of("dog", "dog", 4));
    assertThat(predictions.counts())
        .extracting(RecentPredictions.Count::predicted)
        .containsExactly("cat", "dog");
    assertThat(json().get("predictions").asInt()).isEqualTo(RecentPredictions.WINDOW);
  }

  @Test
  void aModelThatGoesBackStartsWithoutPredictions() {
    add(of("cat", "dog", 6));
    add(of("cat", "dog", 6));
    TrainingMetrics again = metrics(2, of("cat", "cat", 1));
    again.setLineage("next");

    predictions.add(again);

    assertThat(predictions.counts()).containsExactly(new RecentPredictions.Count("cat", "cat", 1));
  }

  @Test
  void aModelThatGoesOnKeepsItsPredictions() {
    add(of("cat", "dog", 6));
    TrainingMetrics later = metrics(2, of("cat", "dog", 1));
    later.setLineage("next");

    predictions.add(later);

    assertThat(json().get("predictions").asInt()).isEqualTo(7);
  }

  @Test
  void ofManyClassesShowsThoseThatAreConfusedMostAndSumsUpTheOthers() {
    List<PredictionCount> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      all.add(of("class-%04d".formatted(i), "class-%04d".formatted(i), 1));
    }
    all.add(of("class-1999", "class-0007", 9));
    all.add(of("class-0500", "class-1999", 8));
    for (int i = 100; i < 200; i++) {
      all.add(of("class-%04d".formatted(i), "class-%04d".formatted(i + 1), 2));
    }
    add(all.toArray(PredictionCount[]::new));

    JsonNode json = json();
    JsonNode rows = json.get("rows");
    assertThat(rows).hasSize(12);
    assertThat(rows).extracting(row -> row.get("predicted").size()).containsOnly(12);
    assertThat(rows)
        .extracting(row -> row.get("name").asText(null))
        .startsWith("class-0007")
        .contains("class-0500", "class-1999")
        .endsWith((String) null);
    assertThat(json.get("classes").asInt()).isEqualTo(2000);
    assertThat(json.get("others").asInt()).isEqualTo(2000 - 11);
    int sum = 0;
    for (JsonNode row : rows) {
      int inRow = 0;
      for (JsonNode cell : row.get("predicted")) {
        inRow += cell.asInt();
      }
      assertThat(inRow).isEqualTo(row.get("all").asInt());
      sum += inRow;
    }
    assertThat(sum).isEqualTo(2000 + 9 + 8 + 200).isEqualTo(json.get("predictions").asInt());
    assertThat(json.get("pairs")).hasSize(8);
    assertThat(json.at("/pairs/0/all").asInt()).isEqualTo(10);
  }

  @Test
  void classesWithoutConfusionsStandByTheirFrequency() {
    List<PredictionCount> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(of("class-%02d".formatted(i), "class-%02d".formatted(i), 1 + i));
    }
    add(all.toArray(PredictionCount[]::new));

    assertThat(json().get("pairs")).isEmpty();
    assertThat(json().get("rows"))
        .extracting(row -> row.get("name").asText(null))
        .startsWith("class-29")
        .contains("class-39")
        .hasSize(12);
  }

  @Test
  void isEmptyBeforeTheFirstPrediction() {
    assertThat(json().get("predictions").asInt()).isZero();
    assertThat(json().get("rows")).isEmpty();
  }

  private void add(PredictionCount... counts) {
    predictions.add(metrics(++step, counts));
  }

  private static TrainingMetrics metrics(long step, PredictionCount... counts) {
    TrainingMetrics metrics = step(step, 1, Map.of());
    metrics.setPredictions(List.of(counts));
    return metrics;
  }

  private static PredictionCount of(String label, String predicted, int images) {
    return new PredictionCount(label, predicted, images);
  }

  private JsonNode json() {
    ObjectNode node = new ObjectMapper().createObjectNode();
    new LiveConfusion(predictions.counts()).writeTo(node);
    return node;
  }
}
