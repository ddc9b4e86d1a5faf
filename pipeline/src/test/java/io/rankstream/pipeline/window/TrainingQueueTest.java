package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TrainingQueueTest {

  private static final int K = 4;

  @Test
  void takesTheClassesTrainedLongestAgo() {
    assertThat(
            choose(
                batch(2, 0),
                List.of(
                    candidate("recent", 0, 4, 9),
                    candidate("old", 1, 4, 3),
                    candidate("never", 2, 4, -1))))
        .containsExactly("never", "old");
  }

  @Test
  void takesNewClassesInOrderOfAppearance() {
    assertThat(
            choose(
                batch(2, 0),
                List.of(
                    candidate("third", 2, 4, -1),
                    candidate("first", 0, 4, -1),
                    candidate("second", 1, 4, -1))))
        .containsExactly("first", "second");
  }

  @Test
  void reservesPlacesForClassesWithFreshImages() {
    assertThat(
            choose(
                batch(2, 1),
                List.of(
                    candidate("silent-1", 0, 0, 1),
                    candidate("silent-2", 1, 0, 2),
                    candidate("news", 2, 1, 8))))
        .containsExactly("silent-1", "news");
  }

  @Test
  void takesFewerThanPClassesWhenThereAreNotMore() {
    assertThat(choose(batch(8, 2), List.of(candidate("only", 0, 4, -1)))).containsExactly("only");
  }

  @Test
  void choosesAmongTheClassesThatALookAtEveryClassFinds() {
    JobConfig.Batch batch = batch(5, 2);
    Random random = new Random(3);
    Map<String, ClassLedger> ledgers = new LinkedHashMap<>();
    TrainingQueue queue = new TrainingQueue(batch);
    long turn = 0;
    for (int change = 0; change < 5_000; change++) {
      String label = "class-" + random.nextInt(60);
      ClassLedger before = ledgers.get(label);
      ClassLedger known = before == null ? ClassLedger.first(change) : before;
      ClassLedger after =
          switch (random.nextInt(6)) {
            case 0, 1 -> known.withFreshAdded(1, 0, 0);
            case 2 -> known.fresh() > 0 ? known.withFreshTaken(1, 1, 0) : known;
            case 3 -> known.withEnrolment();
            case 4 -> random.nextInt(10) == 0 ? null : known; // null retires the class
            default -> known.withKept(random.nextInt(K + 2), 0).withTraining(turn++, K);
          };
      if (after == null) {
        ledgers.remove(label);
      } else {
        ledgers.put(label, after);
      }
      queue.update(label, before, after);

      assertChoice(queue.choose(0, new SplittableRandom(change)), ledgers, batch.freshClasses());
      assertChoice(queue.chooseFreshFirst(new SplittableRandom(change)), ledgers, batch.classes());
      assertThat(queue.ready())
          .isEqualTo((int) ledgers.values().stream().filter(ClassLedger::isReady).count());
    }
  }

  @Test
  void theSameNumbersChooseTheSameClasses() {
    Rotation one = new Rotation(batch(8, 2), 50);
    Rotation other = new Rotation(batch(8, 2), 50);

    for (int number = 0; number < 100; number++) {
      assertThat(one.next(number)).isEqualTo(other.next(number));
    }
    assertThat(one.next(1_000)).isNotEqualTo(other.next(1_001));
  }

  @Test
  void everyClassMeetsEveryOtherAndIsTrainedAsOften() {
    int classes = 50;
    int batches = 4_000;
    Rotation rotation = new Rotation(batch(8, 2), classes);
    int[][] together = new int[classes][classes]; // on the diagonal: in how many batches a class is
    for (int number = 0; number < batches; number++) {
      List<Integer> chosen = rotation.next(number);
      chosen.forEach(one -> chosen.forEach(other -> together[one][other]++));
    }

    double often = batches * 8.0 / classes;
    double met = batches * 8.0 * 7 / (classes * (classes - 1.0));
    for (int one = 0; one < classes; one++) {
      for (int other = 0; other < classes; other++) {
        double expected = one == other ? often : met;
        assertThat((double) together[one][other])
            .as("batches with %d and %d", one, other)
            .isCloseTo(expected, withinPercentage(one == other ? 5 : 50));
      }
    }
  }

  @Test
  void noneOfTenThousandClassesIsLeftBehind() {
    int classes = 10_000;
    Rotation rotation = new Rotation(batch(8, 2), classes);
    int[] trained = new int[classes];
    for (int number = 0; number < 10 * classes / 8; number++) {
      rotation.next(number).forEach(each -> trained[each]++);
    }

    assertThat(Arrays.stream(trained).boxed()).allMatch(times -> times >= 9 && times <= 11);
  }

  /** Classes without fresh images that are trained batch by batch. */
  private static final class Rotation {

    private final List<ClassLedger> ledgers = new ArrayList<>();
    private final TrainingQueue queue;
    private long turn;

    private Rotation(JobConfig.Batch batch, int classes) {
      queue = new TrainingQueue(batch);
      for (int i = 0; i < classes; i++) {
        ledgers.add(ClassLedger.first(i).withEnrolment().withKept(K, 0));
        queue.update(Integer.toString(i), null, ledgers.get(i));
      }
    }

    private List<Integer> next(long number) {
      List<Integer> chosen =
          queue.choose(0, new SplittableRandom(number)).stream().map(Integer::valueOf).toList();
      for (int each : chosen) {
        ClassLedger before = ledgers.get(each);
        ledgers.set(each, before.withTraining(turn++, K));
        queue.update(Integer.toString(each), before, ledgers.get(each));
      }
      return chosen;
    }
  }

  private static Map.Entry<String, ClassLedger> candidate(
      String label, int ordinal, int fresh, long lastTrained) {
    return Map.entry(
        label, new ClassLedger(ordinal, true, 0, fresh, 0, 10, 10, 0, 0, lastTrained, 0, 0, 0));
  }

  private static List<String> choose(
      JobConfig.Batch batch, List<Map.Entry<String, ClassLedger>> candidates) {
    TrainingQueue queue = new TrainingQueue(batch);
    candidates.forEach(candidate -> queue.update(candidate.getKey(), null, candidate.getValue()));
    return queue.choose(0, new SplittableRandom(1));
  }

  private static JobConfig.Batch batch(int classes, int freshClasses) {
    return Fixtures.config(
            "batch.classes", Integer.toString(classes),
            "batch.fresh-classes", Integer.toString(freshClasses),
            "batch.images-per-class", Integer.toString(K))
        .batch();
  }

  private static void assertChoice(
      List<String> chosen, Map<String, ClassLedger> ledgers, int freshPlaces) {
    List<String> waiting =
        ledgers.entrySet().stream()
            .filter(entry -> entry.getValue().isReady())
            .sorted(
                Comparator.<Map.Entry<String, ClassLedger>>comparingLong(
                        entry -> entry.getValue().lastTrained())
                    .thenComparingInt(entry -> entry.getValue().ordinal()))
            .map(Map.Entry::getKey)
            .toList();
    Set<String> fresh =
        waiting.stream()
            .filter(label -> ledgers.get(label).fresh() > 0)
            .collect(Collectors.toSet());
    List<String> front =
        waiting.subList(0, Math.min(waiting.size(), Math.max(5, waiting.size() / 2)));

    assertThat(chosen).hasSize(Math.min(5, waiting.size())).doesNotHaveDuplicates();
    assertThat(chosen).isSortedAccordingTo(Comparator.comparingInt(waiting::indexOf));
    assertThat(chosen.stream().filter(fresh::contains).count())
        .isGreaterThanOrEqualTo(Math.min(freshPlaces, fresh.size()));
    List<String> fromBehind = chosen.stream().filter(label -> !front.contains(label)).toList();
    assertThat(fromBehind).isSubsetOf(fresh).hasSizeLessThanOrEqualTo(freshPlaces);
  }
}
