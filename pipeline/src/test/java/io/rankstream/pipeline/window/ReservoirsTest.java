package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReservoirsTest {

  private static final int CAPACITY = 5;
  private static final int IMAGE_BYTES = 10;

  private final SplittableRandom random = new SplittableRandom(7);
  private KeyedStateHarness harness;
  private WindowState state;
  private ClassTable table;

  @BeforeEach
  void open() throws Exception {
    harness = new KeyedStateHarness();
    state = new WindowState(harness.context());
    table = new ClassTable(Fixtures.config().batch(), state);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void keepsEveryImageUntilItIsFull() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");

    ClassLedger ledger = offer(reservoirs, "a", 0, CAPACITY);

    assertThat(ledger.kept()).isEqualTo(CAPACITY);
    assertThat(kept("a")).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(table.bytes()).isEqualTo(CAPACITY * IMAGE_BYTES);
  }

  @Test
  void aFullReservoirKeepsItsSizeAndCountsWhatItSaw() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");

    ClassLedger ledger = offer(reservoirs, "a", 0, 300);

    assertThat(ledger.kept()).isEqualTo(CAPACITY);
    assertThat(ledger.seen()).isEqualTo(300);
    assertThat(kept("a")).hasSize(CAPACITY).doesNotHaveDuplicates();
    assertThat(entries()).isEqualTo(CAPACITY);
    assertThat(table.bytes()).isEqualTo(CAPACITY * IMAGE_BYTES);
  }

  @Test
  void everyImageOfAClassIsKeptWithTheSameProbability() throws Exception {
    int runs = 2_000;
    int images = 40;
    Reservoirs reservoirs = reservoirs("uniform");
    int[] times = new int[images];
    for (int run = 0; run < runs; run++) {
      String label = "run-" + run;
      offer(reservoirs, label, 0, images);
      for (long id : kept(label)) {
        times[(int) id]++;
      }
    }

    double expected = (double) runs * CAPACITY / images;
    double chiSquare = 0;
    for (int count : times) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    // The counts of one run exclude each other, which makes the sum smaller by (1 - k/n). 72.05 is
    // the 99.9 % quantile for 39 degrees of freedom.
    assertThat(chiSquare / (1 - (double) CAPACITY / images)).isLessThan(72.05);
  }

  @Test
  void recentKeepsTheLastImages() throws Exception {
    Reservoirs reservoirs = reservoirs("recent");

    offer(reservoirs, "a", 0, 123);

    assertThat(kept("a")).containsExactlyInAnyOrder(118L, 119L, 120L, 121L, 122L);
  }

  @Test
  void dropsEveryImageOfAClassWithTheSameProbability() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");
    int runs = 3_000;
    int[] dropped = new int[CAPACITY];
    for (int run = 0; run < runs; run++) {
      String label = "run-" + run;
      offer(reservoirs, label, 0, CAPACITY);

      reservoirs.dropOne(label, random);

      List<Long> left = kept(label);
      assertThat(left).hasSize(CAPACITY - 1).doesNotHaveDuplicates();
      for (int id = 0; id < CAPACITY; id++) {
        dropped[id] += left.contains((long) id) ? 0 : 1;
      }
    }

    double expected = (double) runs / CAPACITY;
    double chiSquare = 0;
    for (int count : dropped) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    assertThat(chiSquare).isLessThan(18.47); // the 99.9 % quantile for 4 degrees of freedom
  }

  @Test
  void shrinksToASmallerSize() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");
    offer(reservoirs, "a", 0, CAPACITY);

    reservoirs.shrink("a", 2);
    reservoirs.shrink("a", 4); // which it is below

    assertThat(kept("a")).hasSize(2).doesNotHaveDuplicates();
    assertThat(table.bytes()).isEqualTo(2 * IMAGE_BYTES);
    assertThat(entries()).isEqualTo(2);
  }

  @Test
  void forgetsAnImageAndKeepsTheOthers() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");
    offer(reservoirs, "a", 0, 3);
    offer(reservoirs, "b", 1, 3);

    assertThat(reservoirs.forget("a", "image-2")).isEqualTo(1);
    assertThat(reservoirs.forget("b", "image-2")).isEqualTo(1);
    assertThat(reservoirs.forget("b", "image-2")).isZero();

    assertThat(kept("a")).containsExactlyInAnyOrder(0L, 1L);
    assertThat(kept("b")).containsExactlyInAnyOrder(1L, 3L);
    assertThat(table.bytes()).isEqualTo(4 * IMAGE_BYTES);
  }

  @Test
  void drawsDistinctImagesAndNoMoreThanItHas() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");
    offer(reservoirs, "a", 0, 4);

    assertThat(reservoirs.draw("a", 3, random)).hasSize(3).doesNotHaveDuplicates();
    assertThat(reservoirs.draw("a", 9, random))
        .extracting(AcceptedImage::eventTime)
        .containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
  }

  private Reservoirs reservoirs(String policy) {
    return new Reservoirs(
        state,
        table,
        new ImageIndex(state),
        Fixtures.config(
                "window.reservoir",
                policy,
                "window.reservoir-per-class",
                Integer.toString(CAPACITY))
            .window());
  }

  private ClassLedger offer(Reservoirs reservoirs, String label, long firstId, int count)
      throws Exception {
    if (table.ledger(label) == null) {
      table.put(label, ClassLedger.first(table.classes()));
    }
    for (long id = firstId; id < firstId + count; id++) {
      reservoirs.offer(Fixtures.image(id, label, IMAGE_BYTES), CAPACITY, random);
    }
    return table.ledger(label);
  }

  /** Images in the state, of all classes. */
  private int entries() throws Exception {
    int entries = 0;
    for (String label : table.labels()) {
      for (int slot = 0; slot < 2 * CAPACITY; slot++) {
        entries += state.kept(label, slot) == null ? 0 : 1;
      }
    }
    return entries;
  }

  /** The ids of the images in a reservoir, slot by slot. */
  private List<Long> kept(String label) throws Exception {
    List<Long> ids = new ArrayList<>();
    for (int slot = 0; slot < table.ledger(label).kept(); slot++) {
      ids.add(state.kept(label, slot).eventTime());
    }
    return ids;
  }
}
