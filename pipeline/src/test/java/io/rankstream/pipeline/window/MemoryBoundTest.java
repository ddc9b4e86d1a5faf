package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBoundTest {

  private static final int K = 4;
  private static final long MAX_BYTES = 1 << 20;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void noClassFallsBelowKWhileAnotherHasMore(long seed) throws Exception {
    Random random = new Random(seed);
    int classes = 2 + random.nextInt(60);
    int largest = 10_000 + random.nextInt(60_000); // bytes: 17 to 100 images fill the window
    try (OpenWindow open = new OpenWindow(config())) {
      Map<String, ClassLedger> before = new HashMap<>();
      for (int i = 0; i < 1_500; i++) {
        long candidateBytes = open.table.candidateBytes();
        step(open, random, i, classes, largest);
        long mostKept = open.table.fullest() == null ? 0 : open.table.fullest().rank();
        for (Map.Entry<String, ClassLedger> entry : before.entrySet()) {
          ClassLedger after = open.table.ledger(entry.getKey());
          if (after == null) {
            assertThat(entry.getValue().enrolled()).isFalse();
            assertThat(mostKept <= K || candidateBytes + largest > MAX_BYTES / 4).isTrue();
          } else if (after.kept() < Math.min(K, entry.getValue().kept())) {
            assertThat(mostKept).isLessThanOrEqualTo(K);
          }
        }
        assertThat(open.table.bytes()).isLessThanOrEqualTo(MAX_BYTES);
        before.clear();
        open.table.labels().forEach(label -> before.put(label, open.table.ledger(label)));
      }
      assertThat(open.events.evicted.getCount() + open.events.retired.getCount()).isPositive();
    }
  }

  /** One of the things that can happen to a window, in any order. */
  private static void step(OpenWindow open, Random random, int id, int classes, int largest)
      throws Exception {
    switch (random.nextInt(12)) {
      case 0 -> {
        if (open.table.queue().ready() >= 2) {
          open.window.takeFreshBatch(id);
        }
      }
      case 1 -> open.window.keepOverdue(id - random.nextInt(100));
      default -> {
        int c = (int) (classes * Math.pow(random.nextDouble(), 3)); // frequent and rare ones
        open.add(Fixtures.image(id, "class-" + c, 1 + random.nextInt(largest)), id);
      }
    }
  }

  @Test
  void labelsThatComeOnceHoldAtMostAQuarterOfTheMemory() throws Exception {
    try (OpenWindow open = new OpenWindow(config())) {
      keep(open, 0, "real", 30);
      for (int i = 100; i < 1_000; i++) {
        keep(open, i, "junk-" + i, 1);
      }

      assertThat(open.table.candidateBytes()).isBetween(MAX_BYTES / 5, MAX_BYTES / 4);
      assertThat(open.table.ledger("real").kept()).isEqualTo(30);
      assertThat(open.table.ledger("junk-100")).isNull(); // seen longest ago
      assertThat(open.table.ledger("junk-999").kept()).isEqualTo(1);
    }
  }

  @Test
  void whenNoClassCanGiveTheNewImageReplacesOneOfItsClassOrIsNotKept() throws Exception {
    try (OpenWindow open = new OpenWindow(config())) {
      for (int c = 0; c < 26; c++) { // 26 x 4 x 10 kB fill the window
        keep(open, 10L * c, "class-" + c, K);
      }
      assertThat(open.table.fullest().rank()).isEqualTo(K);

      open.add(Fixtures.image(1_000, "class-3", 10_000), 0);
      assertThat(open.table.ledger("class-3").available()).isEqualTo(K);
      assertThat(open.table.ledger("class-3").fresh()).isEqualTo(1);
      assertThat(open.events.withoutRoom.getCount()).isZero();

      open.add(Fixtures.image(1_001, "new", 10_000), 0);
      assertThat(open.table.ledger("new").available()).isZero();
      assertThat(open.events.withoutRoom.getCount()).isEqualTo(1);
      assertThat(open.events.surplus.getCount()).isEqualTo(1);
    }
  }

  @Test
  void aFullClassStaysASampleOfAllItsImagesUnderPressure() throws Exception {
    try (OpenWindow open = new OpenWindow(config())) {
      for (int i = 0; i < 3_000; i++) {
        keep(open, 2L * i, "a", 1);
        keep(open, 2L * i + 1, "b", 1);
      }

      long old = open.kept("a").stream().filter(MemoryBoundTest::isOfTheFirstHalf).count();
      int all = open.kept("a").size();
      assertThat(all).isGreaterThan(40);
      // Half of them, within 4 standard deviations. The most recent images would be none of them.
      assertThat((double) old)
          .isBetween(all / 2.0 - 2 * Math.sqrt(all), all / 2.0 + 2 * Math.sqrt(all));
    }
  }

  private static boolean isOfTheFirstHalf(String imageId) {
    return Integer.parseInt(imageId.substring("image-".length())) < 3_000;
  }

  /** Images of a class that come and stay. */
  private static void keep(OpenWindow open, long firstId, String label, int count)
      throws Exception {
    for (long id = firstId; id < firstId + count; id++) {
      open.add(Fixtures.image(id, label, 10_000), 0);
      open.window.keepOverdue(0);
    }
  }

  private static JobConfig config() {
    return Fixtures.config(
        "batch.images-per-class",
        Integer.toString(K),
        "batch.classes",
        "2",
        "window.max-bytes",
        MAX_BYTES + " b",
        "window.class-ttl",
        "0 s");
  }
}
