package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** What production does to a window: memory pressure, new and wrong labels, other settings. */
class ProductionRunsTest {

  private static final int IMAGE_BYTES = 1_000;

  @Test
  void silentRareClassesKeepTheirShareOfTrainingUnderMemoryPressure() throws Exception {
    JobConfig config = Fixtures.config("window.max-bytes", "5 mb", "repeats.within", "0 s");
    Random random = new Random(1);
    try (WindowHarness window = WindowHarness.open(config)) {
      feed(window, 0, 2_000, 5, id -> id % 10 == 0 ? "rare-" + id / 10 % 10 : busy(random));
      feed(window, 2_000, 72_000, 5, id -> busy(random));
      int before = window.batches().size();

      feed(window, 74_000, 12_000, 5, id -> busy(random));

      assertThat(share(window, before, "rare-")).isGreaterThanOrEqualTo(0.09);
    }
  }

  @Test
  void labelsThatComeOnceTakeNoTrainingSlots() throws Exception {
    JobConfig config = Fixtures.config("repeats.within", "0 s");
    Random random = new Random(3);
    LongFunction<String> labels =
        id -> random.nextInt(100) == 0 ? "junk-" + id : "real-" + random.nextInt(10);
    try (WindowHarness window = WindowHarness.open(config)) {
      int before = 0;
      for (int minute = 0; minute < 20; minute++) {
        if (minute == 17) {
          before = window.batches().size();
        }
        feed(window, minute * 3_000L, 3_000, 20, labels);
        window.advanceTo(window.now() + 6_000);
      }

      assertThat(share(window, before, "junk-")).isLessThanOrEqualTo(0.05);
    }
  }

  @Test
  void aSavepointWithASmallerKTrainsOnAtFullPace() throws Exception {
    OperatorSubtaskState savepoint;
    try (WindowHarness window = WindowHarness.open(twoClasses(8, 16))) {
      feed(window, 0, 10, 0, id -> "class-" + id % 2);
      savepoint = window.snapshot();
    }

    try (WindowHarness window = WindowHarness.restored(twoClasses(4, 8), savepoint)) {
      feed(window, 10, 6_000, 10, id -> "class-" + id % 2);

      assertThat(window.batches()).hasSizeGreaterThanOrEqualTo(750);
    }
  }

  private static JobConfig twoClasses(int imagesPerClass, int trainEvery) {
    return Fixtures.config(
        "batch.classes",
        "2",
        "batch.images-per-class",
        Integer.toString(imagesPerClass),
        "batch.train-every",
        Integer.toString(trainEvery),
        "repeats.within",
        "0 s");
  }

  /** Feeds images with consecutive ids; the clock moves on by {@code millis} after each. */
  private static void feed(
      WindowHarness window, long firstId, int count, long millis, LongFunction<String> labels)
      throws Exception {
    for (long id = firstId; id < firstId + count; id++) {
      window.feed(List.of(Fixtures.image(id, labels.apply(id), IMAGE_BYTES)));
      window.advanceTo(window.now() + millis);
    }
  }

  private static String busy(Random random) {
    return "busy-" + random.nextInt(90);
  }

  /** Share of classes in the training slots of the batches from a number on. */
  private static double share(WindowHarness window, int from, String labelPrefix) {
    List<String> labels = new ArrayList<>();
    window.batches().stream()
        .skip(from)
        .forEach(batch -> batch.images().forEach(slot -> labels.add(slot.image().label())));
    assertThat(labels).hasSizeGreaterThan(1_000);
    return (double) labels.stream().filter(label -> label.startsWith(labelPrefix)).count()
        / labels.size();
  }
}
