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
import java.util.function.Predicate;
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
    TrainingQueue queue = new TrainingQueue(batch, List.of());
    long turn = 0;
    for (int change = 0; change < 5_000; change++) {
      String label = "class-" + random.nextInt(60);
      ClassLedger before = ledgers.getOrDefault(label, ClassLedger.first(ledgers.size()));
      ClassLedger after =
          switch (random.nextInt(4)) {
            case 0, 1 -> before.withFreshAdded();
            case 2 -> before.fresh() > 0 ? before.withFreshTaken() : before;
            default ->
                before.withReservoir(random.nextInt(K + 2), before.seen() + 1).withTraining(turn++);
          };
      ledgers.put(label, after);
      queue.update(label, before, after);

      assertThat(queue.chooseReady()).isEqualTo(naive(ledgers, ledger -> ledger.isReady(K), batch));
      assertThat(queue.chooseAvailable())
          .isEqualTo(naive(ledgers, ledger -> ledger.available() > 0, batch));
      assertThat(new TrainingQueue(batch, ledgers.entrySet()).chooseReady())
          .isEqualTo(queue.chooseReady());
    }
  }

  private static Map.Entry<String, ClassLedger> candidate(
      String label, int ordinal, int fresh, long lastTrained) {
    return Map.entry(label, new ClassLedger(ordinal, 0, fresh, 10, 10, lastTrained));
  }

  private static List<String> choose(
      JobConfig.Batch batch, List<Map.Entry<String, ClassLedger>> candidates) {
    return new TrainingQueue(batch, candidates).chooseReady();
  }

  private static JobConfig.Batch batch(int classes, int freshClasses) {
    return Fixtures.config(
            "batch.classes", Integer.toString(classes),
            "batch.fresh-classes", Integer.toString(freshClasses),
            "batch.images-per-class", Integer.toString(K))
        .batch();
  }

  private static List<String> naive(
      Map<String, ClassLedger> ledgers, Predicate<ClassLedger> eligible, JobConfig.Batch batch) {
    List<Map.Entry<String, ClassLedger>> waiting =
        new ArrayList<>(
            ledgers.entrySet().stream().filter(entry -> eligible.test(entry.getValue())).toList());
    waiting.sort(
        Comparator.<Map.Entry<String, ClassLedger>>comparingLong(
                entry -> entry.getValue().lastTrained())
            .thenComparingInt(entry -> entry.getValue().ordinal()));
    Set<String> chosen = new HashSet<>();
    waiting.stream()
        .filter(entry -> entry.getValue().fresh() > 0)
        .limit(batch.freshClasses())
        .forEach(entry -> chosen.add(entry.getKey()));
    for (Map.Entry<String, ClassLedger> entry : waiting) {
      if (chosen.size() < batch.classes()) {
        chosen.add(entry.getKey());
      }
    }

    return waiting.stream().map(Map.Entry::getKey).filter(chosen::contains).toList();
  }
}
