package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
  void choosesWhatALookAtEveryClassWouldChoose() {
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

      assertThat(queue.choose(change, 0))
          .isEqualTo(naive(ledgers, batch.classes(), batch.freshClasses()));
      assertThat(queue.chooseFreshFirst())
          .isEqualTo(naive(ledgers, batch.classes(), batch.classes()));
      assertThat(queue.ready())
          .isEqualTo((int) ledgers.values().stream().filter(ClassLedger::isReady).count());
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
    return queue.choose(0, 0);
  }

  private static JobConfig.Batch batch(int classes, int freshClasses) {
    return Fixtures.config(
            "batch.classes", Integer.toString(classes),
            "batch.fresh-classes", Integer.toString(freshClasses),
            "batch.images-per-class", Integer.toString(K))
        .batch();
  }

  private static List<String> naive(
      Map<String, ClassLedger> ledgers, int classes, int freshClasses) {
    List<Map.Entry<String, ClassLedger>> waiting =
        new ArrayList<>(
            ledgers.entrySet().stream().filter(entry -> entry.getValue().isReady()).toList());
    waiting.sort(
        Comparator.<Map.Entry<String, ClassLedger>>comparingLong(
                entry -> entry.getValue().lastTrained())
            .thenComparingInt(entry -> entry.getValue().ordinal()));
    Set<String> chosen = new HashSet<>();
    waiting.stream()
        .filter(entry -> entry.getValue().fresh() > 0)
        .limit(freshClasses)
        .forEach(entry -> chosen.add(entry.getKey()));
    for (Map.Entry<String, ClassLedger> entry : waiting) {
      if (chosen.size() < classes) {
        chosen.add(entry.getKey());
      }
    }

    return waiting.stream().map(Map.Entry::getKey).filter(chosen::contains).toList();
  }
}
