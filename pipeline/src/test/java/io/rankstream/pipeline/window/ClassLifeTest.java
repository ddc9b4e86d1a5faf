package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** How classes come, retire and come again, and how settings change over a savepoint. */
class ClassLifeTest {

  private static final long HOUR = Duration.ofHours(1).toMillis();

  @Test
  void aSilentClassRetiresAndItsLabelMayComeAgain() throws Exception {
    try (WindowHarness window = WindowHarness.open(config("window.class-ttl", "10 h"))) {
      window.feed(0, "gone", "gone", "a", "a", "b", "b");
      assertThat(labelsOfTheLastBatch(window)).contains("gone");

      feedHourly(window, 100, 9);
      assertThat(labelsOfTheLastBatch(window)).contains("gone"); // replayed so far
      feedHourly(window, 200, 4);
      assertThat(labelsOfTheLastBatch(window)).containsExactlyInAnyOrder("a", "b");

      window.feed(300, "gone", "gone", "a", "b");
      assertThat(labelsOfTheLastBatch(window)).contains("gone");
    }
  }

  @Test
  void aPauseOfTheStreamRetiresNoClass() throws Exception {
    try (WindowHarness window = WindowHarness.open(config("window.class-ttl", "10 h"))) {
      window.advanceTo(HOUR);
      window.feed(0, "rare", "rare", "a", "a", "b", "b");

      window.advanceTo(1_000 * HOUR); // a job that stood still for six weeks
      window.feed(100, "a", "a", "b", "b");

      assertThat(labelsOfTheLastBatch(window)).contains("rare");
    }
  }

  @Test
  void zeroKeepsClassesForEver() throws Exception {
    try (WindowHarness window = WindowHarness.open(config("window.class-ttl", "0 s"))) {
      window.feed(0, "rare", "rare", "a", "a", "b", "b");

      feedHourly(window, 100, 500);

      assertThat(labelsOfTheLastBatch(window)).contains("rare");
    }
  }

  @Test
  void onlyLabelsThatWereTrainedCountForTheModel() throws Exception {
    JobConfig config = config("model.max-classes", "3", "window.class-ttl", "10 h");
    try (WindowHarness window = WindowHarness.open(config)) {
      for (int i = 0; i < 50; i++) {
        window.feed(i, "junk-" + i); // candidates
      }
      window.feed(100, "a", "a", "b", "b", "c", "c", "late", "late");
      assertThat(window.deadLetters()).hasSize(2);

      feedHourly(window, 200, 13); // c retires, but the model knows it
      window.feed(300, "late");
      assertThat(window.deadLetters()).hasSize(3);
      window.feed(301, "c", "c");
      assertThat(window.deadLetters()).hasSize(3);
    }
  }

  @Test
  void smallerReservoirsTakeEffectAfterASavepoint() throws Exception {
    OperatorSubtaskState savepoint;
    long bytes;
    try (WindowHarness window = WindowHarness.open(config("window.reservoir-per-class", "50"))) {
      for (int id = 0; id < 200; id++) {
        window.feed(id, id % 2 == 0 ? "a" : "b");
      }
      bytes = window.stateBytes();
      savepoint = window.snapshot();
    }

    JobConfig smaller = config("window.reservoir-per-class", "3");
    try (WindowHarness window = WindowHarness.restored(smaller, savepoint)) {
      for (int id = 200; id < 212; id++) {
        window.feed(id, id % 2 == 0 ? "a" : "b");
      }

      long dropped = 2 * (50 - 3);
      assertThat(bytes - window.stateBytes()).isGreaterThan(dropped * WindowHarness.IMAGE_BYTES);
    }
  }

  @Test
  void aLessMinImagesEnrolsTheClassesThatWaitAfterASavepoint() throws Exception {
    OperatorSubtaskState savepoint;
    try (WindowHarness window = WindowHarness.open(config("batch.min-images", "6"))) {
      window.feed(0, "a", "a", "a", "b", "b", "b");
      savepoint = window.snapshot();
    }

    try (WindowHarness window =
        WindowHarness.restored(config("batch.min-images", "3"), savepoint)) {
      window.feed(6, "a");

      assertThat(labelsOfTheLastBatch(window)).containsExactlyInAnyOrder("a", "b");
    }
  }

  /** Images of two classes, one pair an hour. */
  private static void feedHourly(WindowHarness window, long firstId, int hours) throws Exception {
    for (int hour = 0; hour < hours; hour++) {
      window.advanceTo(window.now() + HOUR);
      window.feed(firstId + 2L * hour, "a", "b");
    }
    window.advanceTo(window.now() + 1);
    window.feed(firstId + 10_000, "a", "a", "b", "b");
  }

  private static Set<String> labelsOfTheLastBatch(WindowHarness window) {
    List<MicroBatch> training = window.batches();
    return training.get(training.size() - 1).images().stream()
        .map(BatchImage::image)
        .map(image -> image.label())
        .collect(Collectors.toSet());
  }

  private static JobConfig config(String... pairs) {
    Map<String, String> all =
        new LinkedHashMap<>(
            Map.of(
                "batch.classes", "3",
                "batch.images-per-class", "2",
                "batch.train-every", "4",
                "batch.max-wait", "5 s",
                "repeats.within", "0 s"));
    for (int i = 0; i < pairs.length; i += 2) {
      all.put(pairs[i], pairs[i + 1]);
    }
    return Fixtures.config(
        all.entrySet().stream()
            .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue()))
            .toArray(String[]::new));
  }
}
