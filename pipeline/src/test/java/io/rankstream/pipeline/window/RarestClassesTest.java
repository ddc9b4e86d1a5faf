package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RarestClassesTest {

  private final RarestClasses rarest = new RarestClasses();

  @Test
  void measuresAQuarterOfTheClassesByTheirDistinctImages() {
    int[] images = {900, 30, 10, 500, 700, 800, 600, 400};
    for (int c = 0; c < images.length; c++) {
      rarest.update("class-" + c, null, ledger(c, images[c], 100 + c));
    }
    assertThat(rarest.repeats()).isEqualTo((101.0 + 102) / (30 + 10));

    rarest.update("class-8", null, ledger(8, 20, 0)); // a ninth: three are the rarest
    assertThat(rarest.repeats()).isEqualTo((101.0 + 102) / (30 + 10 + 20));

    rarest.update("class-2", ledger(2, 10, 102), null); // retires
    assertThat(rarest.repeats()).isEqualTo(101.0 / (30 + 20));
  }

  @Test
  void noClassRepeatsWhereThereIsNone() {
    assertThat(rarest.repeats()).isZero();
  }

  /** Classes appear, get images, are trained on, wait for more images, and go. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void answersAsALookAtEveryClass(long seed) {
    Random random = new Random(seed);
    Map<String, ClassLedger> ledgers = new HashMap<>();
    for (int change = 0; change < 20_000; change++) {
      int c = random.nextInt(40);
      ClassLedger before = ledgers.get("class-" + c);
      ClassLedger known = before == null ? ClassLedger.first(c) : before;
      ClassLedger after =
          switch (random.nextInt(8)) {
            case 0 -> random.nextInt(4) == 0 ? null : known;
            case 1 -> known.withEnrolment();
            case 2, 3, 4 -> known.withTraining(change, 4);
            default -> known.withFreshAdded(1, 0, 0);
          };
      rarest.update("class-" + c, before, after);
      if (after == null) {
        ledgers.remove("class-" + c);
      } else {
        ledgers.put("class-" + c, after);
      }
      assertThat(rarest.repeats()).as("change %d", change).isEqualTo(ofEveryClass(ledgers));
    }
  }

  private static double ofEveryClass(Map<String, ClassLedger> ledgers) {
    List<ClassLedger> ready =
        ledgers.values().stream()
            .filter(ClassLedger::isReady)
            .sorted(
                Comparator.comparingLong(ClassLedger::distinct)
                    .thenComparingInt(ClassLedger::ordinal))
            .toList();
    List<ClassLedger> quarter = ready.subList(0, (ready.size() + 3) / 4);
    double places = quarter.stream().mapToLong(ClassLedger::trained).sum();
    return places / Math.max(1, quarter.stream().mapToLong(ClassLedger::distinct).sum());
  }

  private static ClassLedger ledger(int ordinal, int images, long trained) {
    return new ClassLedger(ordinal, true, 0, images, 0, 0, 0, 0, 0, -1, 0, trained, 0);
  }
}
