package io.rankstream.pipeline.window;

import static io.rankstream.pipeline.window.WindowHarness.IMAGE_BYTES;
import static io.rankstream.pipeline.window.WindowHarness.ids;
import static io.rankstream.pipeline.window.WindowHarness.twoByTwo;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PkWindowHarnessTest {

  @Test
  void emitsABatchWhenItIsDueAndPClassesHaveKImages() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "a", "b");
      assertThat(window.batches()).isEmpty();

      window.feed(3, "b");

      assertThat(window.batches()).hasSize(1);
      MicroBatch batch = window.batches().get(0);
      assertThat(batch.number()).isZero();
      assertThat(ids(batch)).containsExactly("image-0", "image-1", "image-2", "image-3");
      assertThat(batch.images()).allMatch(BatchImage::fresh);
    }
  }

  @Test
  void waitsForKImagesOfAClassThatIsNew() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "a", "a", "a", "a", "b");

      assertThat(window.batches()).isEmpty();
    }
  }

  @Test
  void replaysASilentClassFromItsReservoir() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "a", "b", "b");
      window.feed(4, "a", "a", "a", "a");

      MicroBatch second = window.batches().get(1);
      List<BatchImage> replayed =
          second.images().stream().filter(slot -> slot.image().label().equals("b")).toList();
      assertThat(replayed).noneMatch(BatchImage::fresh);
      assertThat(replayed)
          .extracting(slot -> slot.image().imageId())
          .containsExactlyInAnyOrder("image-2", "image-3");
    }
  }

  @Test
  void repeatsImagesOnlyWhenTheClassHasFewerThanK() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo("batch.min-images", "1"))) {
      window.feed(0, "a", "a", "a");
      window.feed(3, "b");

      MicroBatch batch = window.batches().get(0);
      assertThat(ids(batch)).containsExactlyInAnyOrder("image-0", "image-1", "image-3", "image-3");
      assertThat(batch.images().stream().filter(BatchImage::fresh)).hasSize(3);
    }
  }

  @Test
  void trainsEveryClassAlikeUnderATrafficImbalanceOf100() throws Exception {
    JobConfig config = Fixtures.config("batch.train-every", "8", "batch.max-wait", "1 h");
    try (WindowHarness window = WindowHarness.open(config)) {
      window.feed(longTail(10, 3000, 100));

      Map<String, Long> slots = slots(window.batches());
      assertThat(slots).hasSize(10);
      double ratio = (double) Collections.max(slots.values()) / Collections.min(slots.values());
      assertThat(ratio).isLessThan(1.3);
    }
  }

  @Test
  void putsEveryImageInExactlyOneBatchAsFreshUnlessItsQueueOverflows() throws Exception {
    JobConfig config = Fixtures.config("batch.train-every", "8", "window.fresh-per-class", "500");
    List<AcceptedImage> images = longTail(10, 500, 100);
    try (WindowHarness window = WindowHarness.open(config)) {
      window.feed(images);
      window.endInput();

      Map<String, Integer> times = new HashMap<>();
      for (MicroBatch batch : window.batches()) {
        for (BatchImage slot : batch.images()) {
          if (slot.fresh()) {
            times.merge(slot.image().imageId(), 1, Integer::sum);
          }
        }
      }
      assertThat(times).hasSize(images.size());
      assertThat(times.values()).containsOnly(1);
    }
  }

  @Test
  void neverPutsAnImageTwiceInAGroupThatHasKDistinctOnes() throws Exception {
    JobConfig config = Fixtures.config("batch.train-every", "8", "batch.max-wait", "1 h");
    try (WindowHarness window = WindowHarness.open(config)) {
      window.feed(longTail(10, 1000, 100));

      for (MicroBatch batch : window.batches()) {
        assertThat(ids(batch)).doesNotHaveDuplicates().hasSize(32);
      }
    }
  }

  @Test
  void keepsASingleClassAfterTheWaitForTheSecond() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "a", "a");
      window.advanceTo(5_000);
      window.advanceTo(10_000);
      assertThat(window.batches()).isEmpty();

      window.feed(3, "b", "b", "b", "b");

      MicroBatch training = window.batches().get(0);
      assertThat(slots(List.of(training))).isEqualTo(Map.of("a", 2L, "b", 2L));
    }
  }

  @Test
  void whatArrivesUnderTheIdOfAnImageTakesItsPlace() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "a", "b", "b");
      assertThat(window.embedAgain()).isNotEmpty();

      window.feed(0, "b"); // its label was wrong

      List<AcceptedImage> again = window.embedAgain();
      assertThat(again.get(again.size() - 1).label()).isEqualTo("b");
      window.feed(10, "a", "a", "a", "b");
      window.feed(20, "a", "a", "a", "b");
      assertThat(window.batches()).hasSize(3);
      assertThat(
              window.batches().stream()
                  .skip(1)
                  .flatMap(batch -> batch.images().stream())
                  .map(BatchImage::image)
                  .filter(image -> image.imageId().equals("image-0")))
          .allMatch(image -> image.label().equals("b"));
    }
  }

  @Test
  void keptImagesTakeTurnsToBeEmbeddedAgain() throws Exception {
    JobConfig config =
        twoByTwo("embeddings.refresh", "3", "batch.max-wait", "1 h", "repeats.within", "0 s");
    try (WindowHarness window = WindowHarness.open(config)) {
      for (int round = 0; round < 8; round++) {
        window.feed(4L * round, "a", "a", "b", "b");
      }
      int before = window.embedAgain().size();
      for (int round = 0; round < 6; round++) { // 32 images and more, 3 with each batch
        window.feed(1_000 + 4L * round, "a", "a", "b", "b");
      }

      List<String> again =
          window.embedAgain().subList(before, window.embedAgain().size()).stream()
              .map(AcceptedImage::imageId)
              .toList();
      assertThat(again).hasSize(18).doesNotHaveDuplicates();
    }
  }

  @Test
  void withoutRefreshNoImageIsEmbeddedAgain() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo("embeddings.refresh", "0"))) {
      window.feed(0, "a", "a", "b", "b", "a", "a", "b", "b");

      assertThat(window.batches()).hasSize(2);
      assertThat(window.embedAgain()).isEmpty();
    }
  }

  @Test
  void staysWithinTheByteBound() throws Exception {
    JobConfig config =
        Fixtures.config(
            "batch.train-every", "8",
            "batch.max-wait", "1 h",
            "window.max-bytes", "1 mb",
            "window.fresh-per-class", "4");
    int bytes = 20_000; // the reservoirs alone would take 10 classes x 64 x 20 kB = 12.8 MB
    try (WindowHarness window = WindowHarness.open(config)) {
      for (AcceptedImage image : longTail(10, 500, 10)) {
        window.feed(List.of(Fixtures.image(image.eventTime(), image.label(), bytes)));
      }

      assertThat(window.stateBytes()).isLessThan((1 << 20) + 2L * bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0.5", "auto"})
  void makesTheSameBatchesAfterARestoreAsWithoutOne(String balance) throws Exception {
    JobConfig config =
        Fixtures.config(
            "batch.train-every", "8",
            "batch.max-wait", "1 h",
            "batch.balance", balance,
            "batch.max-repeats", "2");
    List<AcceptedImage> images = longTail(10, 300, 30);
    int half = images.size() / 2;
    List<List<String>> undisturbed = new ArrayList<>();
    try (WindowHarness window = WindowHarness.open(config)) {
      window.feed(images);
      assertThat(window.batches().stream().anyMatch(batch -> mostPlaces(batch) > 4))
          .as("some class has more than one of the places")
          .isEqualTo(!balance.equals("0"));
      window.batches().forEach(batch -> undisturbed.add(ids(batch)));
    }

    List<List<String>> restored = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(config)) {
      window.feed(images.subList(0, half));
      window.batches().forEach(batch -> restored.add(ids(batch)));
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(config, snapshot)) {
      window.feed(images.subList(half, images.size()));
      window.batches().forEach(batch -> restored.add(ids(batch)));
    }

    assertThat(undisturbed).hasSizeGreaterThan(50);
    assertThat(restored).isEqualTo(undisturbed);
  }

  private static List<AcceptedImage> longTail(int classes, int largest, double imbalance) {
    List<String> labels = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      long count = Math.round(largest * Math.pow(imbalance, -c / (classes - 1.0)));
      labels.addAll(Collections.nCopies((int) count, "class-" + c));
    }
    Collections.shuffle(labels, new Random(11));
    List<AcceptedImage> images = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      images.add(Fixtures.image(i, labels.get(i), IMAGE_BYTES));
    }
    return images;
  }

  private static long mostPlaces(MicroBatch batch) {
    return Collections.max(slots(List.of(batch)).values());
  }

  private static Map<String, Long> slots(List<MicroBatch> batches) {
    return batches.stream()
        .flatMap(batch -> batch.images().stream())
        .collect(Collectors.groupingBy(slot -> slot.image().label(), Collectors.counting()));
  }
}
