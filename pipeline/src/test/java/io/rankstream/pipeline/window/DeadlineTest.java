package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long an image waits, and when its class is trained. */
class DeadlineTest {

  private static final int WAIT = 1_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void anImageIsFreshOnceAtMostAndWithinTheWait(long seed) throws Exception {
    Random random = new Random(seed);
    int classes = 1 + random.nextInt(random.nextBoolean() ? 5 : 200);
    int busiest = 1 + random.nextInt(random.nextBoolean() ? 20 : 300); // milliseconds between two
    JobConfig config =
        config(
            "batch.train-every", Integer.toString(4 + random.nextInt(200)),
            "window.max-bytes", "1 mb",
            "window.fresh-per-class", Integer.toString(6 + random.nextInt(30)),
            "window.class-ttl", random.nextBoolean() ? "0 s" : "3 s",
            "batch.min-images", Integer.toString(1 + random.nextInt(6)));
    int bytes = random.nextBoolean() ? 100 : 3_000 + random.nextInt(60_000); // 17 of them fill it
    int images = 600;
    long[] arrival = new long[images];
    Set<Integer> waiting = new HashSet<>();
    try (WindowHarness window = WindowHarness.open(config)) {
      int seen = 0;
      for (int id = 0; id < images; id++) {
        String label = "class-" + random.nextInt(classes);
        arrival[id] = window.now();
        waiting.add(id);
        window.feed(List.of(Fixtures.image(id, label, bytes)));
        seen = checkFresh(window, seen, waiting, arrival);
        window.advanceTo(window.now() + random.nextInt(busiest));
        seen = checkFresh(window, seen, waiting, arrival);
      }
      window.advanceTo(window.now() + WAIT);

      assertThat(window.processingTimeTimers()).isZero(); // none waits any more
    }
  }

  private static int checkFresh(
      WindowHarness window, int seen, Set<Integer> waiting, long[] arrival) {
    List<MicroBatch> batches = window.batches();
    for (MicroBatch batch : batches.subList(seen, batches.size())) {
      for (BatchImage slot : batch.images()) {
        int id = (int) slot.image().eventTime();
        if (slot.fresh()) {
          assertThat(waiting.remove(id)).isTrue();
          assertThat(window.now() - arrival[id]).isLessThan(WAIT + 300); // the clock jumps so far
        }
      }
    }
    return batches.size();
  }

  @Test
  void aClassWithMinImagesIsTrainedWithinTheWaitInABusyStream() throws Exception {
    JobConfig config = Fixtures.config("batch.min-images", "3", "repeats.within", "0 s");
    Random random = new Random(1);
    try (WindowHarness window = WindowHarness.open(config)) {
      feedHeads(window, random, 0, 1_000);
      window.feed(1_000, "rare", "rare", "rare");
      int before = window.batches().size();

      feedHeads(window, random, 1_003, 100); // 5 s: batch.max-wait

      List<BatchImage> rare =
          window.batches().subList(before, window.batches().size()).stream()
              .flatMap(batch -> batch.images().stream())
              .filter(slot -> slot.image().label().equals("rare"))
              .toList();
      assertThat(rare.stream().filter(BatchImage::fresh)).hasSize(3);
    }
  }

  @Test
  void aCandidateIsTrainedOnceItHasMinImagesInAll() throws Exception {
    try (WindowHarness window = WindowHarness.open(config("batch.min-images", "4"))) {
      window.feed(0, "a", "a", "a", "a", "b", "b", "b", "c");
      window.advanceTo(WAIT); // b and c are kept
      assertThat(trained(window)).doesNotContain("b", "c");

      window.feed(100, "b", "a", "a", "a", "a", "a", "a", "a");
      window.advanceTo(2 * WAIT);

      List<MicroBatch> training = window.batches();
      assertThat(
              training.get(training.size() - 1).images().stream()
                  .filter(slot -> slot.image().label().equals("b")))
          .extracting(slot -> slot.image().imageId())
          .containsExactlyInAnyOrder("image-4", "image-5", "image-6", "image-100");
      assertThat(trained(window)).doesNotContain("c");
    }
  }

  @Test
  void withMoreClassesThanPlacesAnImageIsKeptInTimeAndTrainedLater() throws Exception {
    JobConfig config = config("batch.min-images", "1", "batch.train-every", "8");
    try (WindowHarness window = WindowHarness.open(config)) {
      for (int id = 0; id < 3_000; id++) {
        window.feed(id, "class-" + id % 300);
        window.advanceTo(window.now() + 10);
      }

      assertThat(trained(window)).hasSize(300);
      assertThat(window.batches())
          .hasSizeLessThanOrEqualTo(3_000 / 8); // deadlines add no steps to a busy stream
    }
  }

  @Test
  void aQuietStreamHasOneTimer() throws Exception {
    try (WindowHarness window = WindowHarness.open(config())) {
      for (int id = 0; id < 20; id++) {
        window.feed(id, "class-" + id);
        window.advanceTo(window.now() + 1);
      }

      assertThat(window.processingTimeTimers()).isEqualTo(1);
    }
  }

  @Test
  void aShorterWaitAfterARestoreHoldsForTheImagesThatWait() throws Exception {
    JobConfig hour = config("batch.max-wait", "1 h");
    try (WindowHarness window = WindowHarness.open(hour)) {
      window.feed(0, "a", "b");
      try (WindowHarness restored = WindowHarness.restored(config(), window.snapshot())) {
        restored.advanceTo(10);
        restored.feed(2, "a");
        restored.advanceTo(WAIT);

        assertThat(restored.processingTimeTimers()).isEqualTo(1); // the one of an hour
        restored.feed(3, "a", "b", "a", "b", "a", "b", "b");
        assertThat(restored.fresh()).isEmpty();
      }
    }
  }

  private static void feedHeads(WindowHarness window, Random random, long firstId, int count)
      throws Exception {
    for (long id = firstId; id < firstId + count; id++) {
      window.feed(id, "head-" + random.nextInt(8));
      window.advanceTo(window.now() + 50);
    }
  }

  private static Set<String> trained(WindowHarness window) {
    return window.batches().stream()
        .flatMap(batch -> batch.images().stream())
        .map(slot -> slot.image().label())
        .collect(Collectors.toSet());
  }

  private static JobConfig config(String... pairs) {
    String[] all = new String[pairs.length + 2];
    all[0] = "batch.max-wait";
    all[1] = WAIT + " ms";
    System.arraycopy(pairs, 0, all, 2, pairs.length);
    return Fixtures.config(all);
  }
}
