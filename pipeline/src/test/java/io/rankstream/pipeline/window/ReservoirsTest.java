package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReservoirsTest {

  private static final int CAPACITY = 5;
  private static final int IMAGE_BYTES = 10;

  private final WindowClock clock = new WindowClock();
  private final SplittableRandom random = new SplittableRandom(7);
  private KeyedStateHarness harness;
  private WindowState state;

  @BeforeEach
  void open() throws Exception {
    harness = new KeyedStateHarness();
    state = new WindowState(harness.context());
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
    assertThat(kept("a", ledger)).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(clock.bytes).isEqualTo(CAPACITY * IMAGE_BYTES);
  }

  @Test
  void aFullReservoirKeepsItsSizeAndCountsWhatItSaw() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");

    ClassLedger ledger = offer(reservoirs, "a", 0, 300);

    assertThat(ledger.kept()).isEqualTo(CAPACITY);
    assertThat(ledger.seen()).isEqualTo(300);
    assertThat(kept("a", ledger)).hasSize(CAPACITY).doesNotHaveDuplicates();
    assertThat(entries()).isEqualTo(CAPACITY);
    assertThat(clock.bytes).isEqualTo(CAPACITY * IMAGE_BYTES);
  }

  @Test
  void everyImageOfAClassIsKeptWithTheSameProbability() throws Exception {
    int runs = 2_000;
    int images = 40;
    Reservoirs reservoirs = reservoirs("uniform");
    int[] times = new int[images];
    for (int run = 0; run < runs; run++) {
      String label = "run-" + run;
      for (long id : kept(label, offer(reservoirs, label, 0, images))) {
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

    ClassLedger ledger = offer(reservoirs, "a", 0, 123);

    assertThat(kept("a", ledger)).containsExactlyInAnyOrder(118L, 119L, 120L, 121L, 122L);
  }

  @Test
  void evictsTheOldestImageOfAllClasses() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");
    state.ledger("a", offer(reservoirs, "a", 0, 3));
    state.ledger("b", offer(reservoirs, "b", 10, 3));

    assertThat(reservoirs.evictOldest(clock)).isEqualTo("a");

    assertThat(kept("a", state.ledger("a"))).containsExactlyInAnyOrder(1L, 2L);
    assertThat(state.ledger("a").seen()).isEqualTo(3);
    assertThat(kept("b", state.ledger("b"))).hasSize(3);
    assertThat(clock.bytes).isEqualTo(5 * IMAGE_BYTES);
  }

  @Test
  void evictsInTheOrderOfKeepingUntilNothingIsLeft() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");
    state.ledger("a", offer(reservoirs, "a", 0, 2));
    state.ledger("b", offer(reservoirs, "b", 10, 1));
    state.ledger("a", offer(reservoirs, "a", state.ledger("a"), 2, 1));

    List<String> evicted = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      evicted.add(reservoirs.evictOldest(clock));
    }

    assertThat(evicted).containsExactly("a", "a", "b", "a");
    assertThat(reservoirs.evictOldest(clock)).isNull();
    assertThat(clock.bytes).isZero();
    assertThat(entries()).isZero();
  }

  @Test
  void drawsDistinctImagesAndNoMoreThanItHas() throws Exception {
    Reservoirs reservoirs = reservoirs("uniform");
    ClassLedger ledger = offer(reservoirs, "a", 0, 4);

    assertThat(reservoirs.draw("a", ledger, 3, random)).hasSize(3).doesNotHaveDuplicates();
    assertThat(reservoirs.draw("a", ledger, 9, random))
        .extracting(AcceptedImage::eventTime)
        .containsExactlyInAnyOrder(0L, 1L, 2L, 3L);
  }

  private Reservoirs reservoirs(String policy) {
    return new Reservoirs(
        state,
        Fixtures.config(
                "window.reservoir",
                policy,
                "window.reservoir-per-class",
                Integer.toString(CAPACITY))
            .window());
  }

  private ClassLedger offer(Reservoirs reservoirs, String label, long firstId, int count)
      throws Exception {
    return offer(reservoirs, label, ClassLedger.first(0), firstId, count);
  }

  private ClassLedger offer(
      Reservoirs reservoirs, String label, ClassLedger before, long firstId, int count)
      throws Exception {
    ClassLedger ledger = before;
    for (long id = firstId; id < firstId + count; id++) {
      ledger = reservoirs.offer(clock, ledger, Fixtures.image(id, label, IMAGE_BYTES), random);
    }
    return ledger;
  }

  private int entries() throws Exception {
    return harness.entries("ages", Types.LONG, TypeInformation.of(ImageKey.class));
  }

  /** The ids of the images in a reservoir, slot by slot. */
  private List<Long> kept(String label, ClassLedger ledger) throws Exception {
    List<Long> ids = new ArrayList<>();
    for (int slot = 0; slot < ledger.kept(); slot++) {
      ids.add(state.kept(label, slot).image().eventTime());
    }
    return ids;
  }
}
