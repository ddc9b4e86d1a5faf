package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of an image that was forgotten: nothing. */
class ForgetByIdTest {

  @Test
  void forgetsAnImageWhereverItIs() throws Exception {
    try (OpenWindow open = new OpenWindow(Fixtures.config())) {
      AcceptedImage image = Fixtures.image(7, "a", 10);
      open.add(image, 0);
      open.window.keepOverdue(0);
      open.add(Fixtures.image(7, "b", 10), 1); // the same id with another label
      assertThat(open.recent.isRepeat(Fixtures.image(7, "b", 10))).isTrue();

      assertThat(open.window.forget("image-7")).isEqualTo(2);

      assertThat(open.window.forget("image-7")).isZero();
      assertThat(open.recent.isRepeat(Fixtures.image(7, "b", 10))).isFalse();
      assertThat(open.table.fresh() + open.table.kept()).isZero();
      assertThat(open.table.bytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void afterForgettingEveryOtherImageIsFreshOnceAtMostAndNoneOfThoseForgottenComesOut(long seed)
      throws Exception {
    try (OpenWindow open = new OpenWindow(config(64))) {
      Life life = new Life(open, seed);
      life.live(1_500);
      life.checkItWasHard();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void theSameHoldsInRocksDb(long seed) throws Exception {
    KeyedStateHarness harness = new KeyedStateHarness(new EmbeddedRocksDBStateBackend());
    try (OpenWindow open = new OpenWindow(config(64), harness)) {
      Life life = new Life(open, seed);
      life.live(600);
      life.checkItWasHard();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theSameHoldsAfterAStartWithSmallerReservoirs(long seed) throws Exception {
    try (OpenWindow open = new OpenWindow(config(64))) {
      Life life = new Life(open, seed);
      life.live(700);
      life.checkItWasHard();
      open.window.save();
      life.open = new OpenWindow(config(3), open.harness);
      life.live(700);
    }
  }

  /** A window of which random things are asked, and what a test knows of its images. */
  private static final class Life {

    private static final int CLASSES = 12;
    private static final int IMAGE_BYTES = 10_000;

    private final Random random;
    private final Set<AcceptedImage> batched = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<String> forgotten = new HashSet<>();
    private OpenWindow open;
    private int id;

    private Life(OpenWindow open, long seed) {
      this.open = open;
      this.random = new Random(seed);
    }

    private void live(int steps) throws Exception {
      for (int end = id + steps; id < end; id++) {
        switch (random.nextInt(12)) {
          case 0, 1 -> forget("image-" + random.nextInt(id + 1));
          case 2 -> {
            if (open.table.queue().ready() >= 2) {
              check(open.window.takeFreshBatch(id));
            }
          }
          case 3 -> open.window.keepOverdue(id - random.nextInt(50));
          default -> arrive();
        }
        if (id % 10 == 0) {
          checkIndex();
        }
      }
    }

    /** Images also left because the memory was full, and with classes that retired. */
    private void checkItWasHard() {
      assertThat(open.events.evicted.getCount()).isPositive();
      assertThat(open.events.retired.getCount()).isPositive();
    }

    /** An image of a frequent or a rare class; often it is held under two labels. */
    private void arrive() throws Exception {
      String label = "class-" + (int) (CLASSES * Math.pow(random.nextDouble(), 2));
      String name = "image-" + id;
      open.add(Fixtures.image(id, label, IMAGE_BYTES), id);
      forgotten.remove(name); // it was forgotten before it came
      if (random.nextInt(4) == 0) {
        open.window.keepOverdue(id);
        open.add(Fixtures.image(id, "other-" + random.nextInt(3), IMAGE_BYTES), id);
      }
    }

    private void forget(String name) throws Exception {
      int held = open.held().getOrDefault(name, List.of()).size();

      int removed = open.window.forget(name);

      assertThat(removed).isEqualTo(held);
      assertThat(open.held()).doesNotContainKey(name);
      forgotten.add(name);
    }

    /** Every fresh image of a batch is so for the first time, and none was forgotten. */
    private void check(MicroBatch batch) {
      for (BatchImage slot : batch.images()) {
        assertThat(forgotten).doesNotContain(slot.image().imageId());
        if (slot.fresh()) {
          assertThat(batched.add(slot.image())).isTrue();
        }
      }
    }

    /** The index has exactly the images that the state holds. */
    private void checkIndex() throws Exception {
      Map<String, List<String>> held = open.held();
      Map<String, List<String>> indexed = new TreeMap<>();
      for (String image : held.keySet()) {
        String[] labels = open.state.labels(image);
        indexed.put(image, labels == null ? List.of() : List.of(labels).stream().sorted().toList());
      }
      assertThat(indexed).isEqualTo(held);
      assertThat(
              open.harness.entries(
                  "labels-by-id", Types.STRING, TypeInformation.of(String[].class)))
          .isEqualTo(held.size());
    }
  }

  /** Memory for 100 images; a class retires after a silence of 60 images. */
  private static JobConfig config(int reservoir) {
    return Fixtures.config(
        "batch.classes", "2",
        "window.max-bytes", "1 mb",
        "window.class-ttl", "60 ms",
        "window.reservoir-per-class", Integer.toString(reservoir));
  }
}
