package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BalanceDialTest {

  private static final double CAP = 10;
  private static final int K = 4;
  private static final int[] LONG_TAIL = {600, 360, 215, 129, 77, 46, 28, 17, 10, 6};

  @ParameterizedTest
  @CsvSource({"0, 0", "9.99, 0", "10, 0", "20, 0.3333", "28.2843, 0.5", "80, 1", "1e9, 1"})
  void turnsWithTheLogarithmOfTheRepeats(double repeats, double expected) {
    BalanceDial dial = new BalanceDial(CAP);
    dial.update("a", null, ledger(0, 10_000, Math.round(repeats * 10_000)));

    assertThat(dial.goal()).isCloseTo(expected, within(1e-4));
  }

  @Test
  void standsAtEqualClassesWhileThereAreNone() {
    assertThat(new BalanceDial(CAP).goal()).isZero();
  }

  @Test
  void whatReplacesAnImageIsNoFurtherImage() {
    ClassLedger ledger = ledger(0, 60, 0);

    assertThat(ledger.withTakenOut(1).withFreshAdded(1, 0, 0).distinct()).isEqualTo(60);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void turnsSmoothlyAndRareImagesRepeatLessThanWithEqualClasses(long seed) {
    Simulation auto = new Simulation("auto");
    Simulation equal = new Simulation("0");
    List<Integer> arrivals = arrivals(seed);
    double before = 0;
    for (int i = 0; i < 20_000; i++) { // the images come once; then they are replayed
      if (i < arrivals.size()) {
        auto.arrive(arrivals.get(i));
        equal.arrive(arrivals.get(i));
      }
      auto.train(i);
      equal.train(i);
      assertThat(auto.balance).isBetween(0.0, 1.0);
      assertThat(auto.balance)
          .as("batch %d", i)
          .isCloseTo(before, within(BalanceDial.STEP + 1e-12));
      before = auto.balance;
    }

    assertThat(equal.repeats(LONG_TAIL.length - 1)).isGreaterThan(2_000);
    assertThat(auto.repeats(LONG_TAIL.length - 1))
        .isLessThan(equal.repeats(LONG_TAIL.length - 1) / 5);
    assertThat(before).as("after many passes the traffic decides").isEqualTo(1);
  }

  @Test
  void theQueueTurnsTheDialBatchByBatch() {
    TrainingQueue queue = new TrainingQueue(batch("auto"));
    ClassLedger seldom = ledger(1, 10, 90);
    queue.update("often", null, ledger(0, 1_000, 900));
    queue.update("seldom", null, seldom);
    assertThat(queue.balance(0)).isZero();

    queue.update("seldom", seldom, ledger(1, 10, 800));
    assertThat(queue.balance(0)).isEqualTo(BalanceDial.STEP);
    assertThat(queue.balance(0.998)).isEqualTo(1);
    assertThat(new TrainingQueue(batch("0.3")).balance(0.998)).isEqualTo(0.3);
  }

  /** The ledgers of a long tail, under a balance. */
  private static final class Simulation {

    private final Map<String, ClassLedger> ledgers = new HashMap<>();
    private final TrainingQueue queue;
    private double balance;
    private long turn;

    private Simulation(String balance) {
      queue = new TrainingQueue(batch(balance));
    }

    private void arrive(int c) {
      ClassLedger before = ledgers.get(label(c));
      ClassLedger known = before == null ? ClassLedger.first(c).withEnrolment() : before;
      put(label(c), known.withFreshAdded(1, 0, 0));
    }

    private void train(int batch) {
      balance = queue.balance(balance);
      for (String label : queue.choose(balance, new SplittableRandom(batch))) {
        put(label, ledgers.get(label).withTraining(turn++, K));
      }
    }

    private void put(String label, ClassLedger after) {
      queue.update(label, ledgers.put(label, after), after);
    }

    private double repeats(int c) {
      return (double) ledgers.get(label(c)).trained() / ledgers.get(label(c)).distinct();
    }
  }

  private static ClassLedger ledger(int ordinal, int images, long trained) {
    return new ClassLedger(ordinal, true, 0, images, 0, 0, 0, 0, 0, -1, 0, trained, 0);
  }

  private static List<Integer> arrivals(long seed) {
    List<Integer> classes = new ArrayList<>();
    for (int c = 0; c < LONG_TAIL.length; c++) {
      for (int i = 0; i < LONG_TAIL[c]; i++) {
        classes.add(c);
      }
    }
    Collections.shuffle(classes, new Random(seed));
    return classes;
  }

  private static String label(int c) {
    return "class-" + c;
  }

  private static JobConfig.Batch batch(String balance) {
    return Fixtures.config(
            "batch.classes",
            "2",
            "batch.images-per-class",
            Integer.toString(K),
            "batch.balance",
            balance,
            "batch.max-repeats",
            Double.toString(CAP))
        .batch();
  }
}
