package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrafficChoiceTest {

  private static final int P = 8;
  private static final long[] TRAFFIC = {6_000, 2_150, 770, 280, 100, 1_000, 60, 3, 1};

  @ParameterizedTest
  @ValueSource(doubles = {1e-9, 0.25, 0.5, 1})
  void aClassGetsPlacesInProportionToThePowerOfItsTraffic(double exponent) {
    double whole = 0;
    for (long traffic : TRAFFIC) {
      whole += Math.pow((double) traffic, exponent);
    }

    TrafficChoice choice = choice(order());
    Map<String, Integer> places = new HashMap<>();
    int batches = 50_000;
    for (int batch = 0; batch < batches; batch++) {
      List<String> chosen = choice.choose(exponent, P, new SplittableRandom(batch));
      assertThat(chosen).hasSize(P);
      for (int c = 0; c < TRAFFIC.length; c++) {
        double expected = P * Math.pow((double) TRAFFIC[c], exponent) / whole;
        int actual = Collections.frequency(chosen, label(c));
        assertThat((double) actual)
            .as("class %d in batch %d", c, batch)
            .isBetween(Math.floor(expected - 1e-6), Math.ceil(expected + 1e-6));
      }
      chosen.forEach(label -> places.merge(label, 1, Integer::sum));
    }

    for (int c = 0; c < TRAFFIC.length; c++) {
      double expected = (double) batches * P * Math.pow((double) TRAFFIC[c], exponent) / whole;
      double fiveDeviations = 5 * Math.sqrt(batches) / 2; // a batch has one place more or not
      assertThat((double) places.get(label(c)))
          .as(label(c))
          .isCloseTo(expected, within(fiveDeviations));
    }
  }

  @Test
  void theChoiceDependsOnTheClassesAndTheRandomNumbersAlone() {
    List<Integer> shuffled = order();
    Collections.shuffle(shuffled, new Random(5));

    for (int batch = 0; batch < 100; batch++) {
      assertThat(choice(shuffled).choose(0.5, P, new SplittableRandom(batch)))
          .isEqualTo(choice(order()).choose(0.5, P, new SplittableRandom(batch)));
    }
  }

  @Test
  void classesThatAreNotReadyAreLeftOut() {
    TrafficChoice choice = choice(order());
    choice.update(label(0), ledger(0), null);
    choice.update(label(1), ledger(1), ledger(1).withFreshTaken((int) TRAFFIC[1], 0, 0));
    choice.update("candidate", null, ClassLedger.first(99).withFreshAdded(1, 0, 0));

    for (int batch = 0; batch < 100; batch++) {
      assertThat(choice.choose(1, P, new SplittableRandom(batch)))
          .doesNotContain(label(0), label(1), "candidate");
    }
  }

  @Test
  void aBatchHasTwoClassesHoweverRareTheSecondIs() {
    TrainingQueue queue = new TrainingQueue(Fixtures.config("batch.balance", "1").batch());
    queue.update("often", null, new ClassLedger(0, true, 0, 1_000_000, 0, 0, 0, 0, 0, 7, 0, 0, 0));
    queue.update("seldom", null, new ClassLedger(1, true, 0, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0));

    assertThat(queue.choose(1, new SplittableRandom(1))).hasSize(P).containsOnly("often", "seldom");
  }

  @Test
  void severalGroupsOfAClassHaveDifferentImages() throws Exception {
    var config =
        Fixtures.config(
            "batch.classes", "4",
            "batch.images-per-class", "2",
            "batch.train-every", "16",
            "batch.balance", "1");
    try (OpenWindow open = new OpenWindow(config)) {
      for (int i = 0; i < 16; i++) {
        open.add(Fixtures.image(i, i % 4 == 3 ? "seldom" : "often", 10), i);
      }

      for (int batch = 0; batch < 3; batch++) { // the later ones are replayed
        MicroBatch taken = open.window.takeFullBatch(20);
        assertThat(taken.images().stream().map(each -> each.image().label()))
            .containsExactlyInAnyOrder(
                "often", "often", "often", "often", "often", "often", "seldom", "seldom");
        assertThat(taken.images().stream().map(BatchImage::image).map(image -> image.imageId()))
            .doesNotHaveDuplicates();
      }
    }
  }

  private static TrafficChoice choice(List<Integer> order) {
    TrafficChoice choice = new TrafficChoice();
    order.forEach(c -> choice.update(label(c), null, ledger(c)));
    return choice;
  }

  private static ClassLedger ledger(int c) {
    return new ClassLedger(c, true, 0, TRAFFIC[c], 0, 0, 0, 0, 0, -1, 0, 0, 0);
  }

  private static String label(int c) {
    return "class-" + c;
  }

  private static List<Integer> order() {
    List<Integer> order = new ArrayList<>();
    for (int c = 0; c < TRAFFIC.length; c++) {
      order.add(c);
    }
    return order;
  }
}
