package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamWindowTest {

  @Test
  void forgetsAnImageWhereverItIs() throws Exception {
    try (OpenWindow open = new OpenWindow(Fixtures.config())) {
      AcceptedImage image = Fixtures.image(7, "a", 10);
      open.add(image, 0);
      open.window.embedAndKeep(0); // now it waits to be embedded, and is kept
      open.add(Fixtures.image(7, "b", 10), 1); // the same id with another label
      assertThat(open.recent.isRepeat(Fixtures.image(7, "b", 10))).isTrue();

      assertThat(open.window.forget("image-7")).isEqualTo(3);

      assertThat(open.window.forget("image-7")).isZero();
      assertThat(open.recent.isRepeat(Fixtures.image(7, "b", 10))).isFalse();
      assertThat(open.table.fresh() + open.table.kept()).isZero();
      assertThat(open.table.bytes() + open.window.counters().embeddingBytes).isZero();
      assertThat(open.window.takeEmbeddingBatch().images()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void afterForgettingEveryOtherImageStillComesOutOnceAndNoneOfThoseForgotten(long seed)
      throws Exception {
    Random random = new Random(seed);
    Set<String> waiting = new HashSet<>();
    Set<String> forgotten = new HashSet<>();
    try (OpenWindow open = new OpenWindow(Fixtures.config())) {
      for (int id = 0; id < 2_000; id++) {
        switch (random.nextInt(10)) {
          case 0 -> {
            String victim = "image-" + random.nextInt(id + 1);
            open.window.forget(victim);
            waiting.remove(victim);
            forgotten.add(victim);
          }
          case 1 -> {
            if (open.table.queue().ready() >= 2) {
              check(open.window.takeFreshBatch(id), waiting, forgotten);
            }
          }
          case 2 -> {
            open.window.embedAndKeep(id - random.nextInt(50));
            check(open.window.takeEmbeddingBatch(), waiting, forgotten);
          }
          default -> {
            open.add(Fixtures.image(id, "class-" + random.nextInt(6), 10), id);
            waiting.add("image-" + id);
            forgotten.remove("image-" + id); // forgotten before it came
          }
        }
        assertThat(open.table.fresh() + open.window.counters().embeddingWaiting)
            .isEqualTo(waiting.size());
      }
    }
  }

  /** Every fresh image of a batch was waiting, and no image of it was forgotten. */
  private static void check(MicroBatch batch, Set<String> waiting, Set<String> forgotten) {
    for (BatchImage slot : batch.images()) {
      assertThat(forgotten).doesNotContain(slot.image().imageId());
      if (slot.fresh()) {
        assertThat(waiting.remove(slot.image().imageId())).isTrue();
      }
    }
  }

  @Test
  void aSingletonIsAClassWithOneImage() throws Exception {
    try (OpenWindow open = new OpenWindow(Fixtures.config())) {
      for (String label : List.of("a", "b", "b", "c")) {
        open.add(Fixtures.image(open.table.fresh(), label, 10), 5 + open.table.fresh());
      }
      assertThat(figures(open).singletons()).isEqualTo(2);
      assertThat(figures(open).oldestFresh()).isEqualTo(5);
      assertThat(figures(open).largestClass()).isEqualTo(20);
      assertThat(figures(open).smallestClass()).isEqualTo(10);

      open.window.embedAndKeep(5); // the image of a

      assertThat(figures(open).singletons()).isEqualTo(2);
      assertThat(figures(open).oldestFresh()).isEqualTo(6);
      assertThat(figures(open).reservoir()).isEqualTo(1);
      assertThat(figures(open).bytes()).isEqualTo(50); // it waits to be embedded, and is kept
    }
  }

  private static WindowFigures figures(OpenWindow open) {
    return WindowFigures.of(open.window.counters(), open.table);
  }
}
