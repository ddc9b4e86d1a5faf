package io.rankstream.pipeline.window;

import static io.rankstream.pipeline.window.WindowHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens in a window while it hands a batch on, and the trainer waits in that call. */
class HandingOnTest {

  private static final int IMAGES = 60;

  /** Something that happens to a window; what is repeatable is done again after a restore. */
  private record Event(boolean isRepeatable, Happening happening) {}

  private interface Happening {

    void to(WindowHarness window) throws Exception;
  }

  @ParameterizedTest
  @CsvSource({"pk, 2", "natural, 0"})
  void aCheckpointInsideHoldsTheWindowAsItIsBehindTheBatch(String sampler, String passes)
      throws Exception {
    JobConfig config =
        WindowHarness.twoByTwo(
            "batch.sampler", sampler, "training.passes", passes, "input.bounded", "true");
    List<Event> events = events();
    List<List<String>> undisturbed = new ArrayList<>();
    List<OperatorSubtaskState> checkpoints = new ArrayList<>();
    List<Integer> positions = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    try (WindowHarness window = WindowHarness.open(config)) {
      for (int i = 0; i < events.size(); i++) {
        int position = i;
        window.whenABatchIsHandedOn(
            () -> {
              checkpoints.add(window.snapshot());
              positions.add(position);
              times.add(window.now());
            });
        events.get(i).happening().to(window);
      }
      undisturbed.addAll(texts(window.batches()));
    }
    assertThat(undisturbed).hasSizeGreaterThan(12);

    for (int batch = 0; batch < undisturbed.size(); batch++) {
      try (WindowHarness window = WindowHarness.restored(config, checkpoints.get(batch))) {
        window.advanceTo(times.get(batch));
        int inside = positions.get(batch);
        for (int i = inside; i < events.size(); i++) {
          if (i > inside || events.get(i).isRepeatable()) {
            events.get(i).happening().to(window);
          }
        }

        assertThat(texts(window.batches()))
            .as("batches behind the checkpoint inside batch %s", batch)
            .isEqualTo(undisturbed.subList(batch + 1, undisturbed.size()));
      }
    }
  }

  @Test
  void aTimerThatIsDueInsideFiresBehindIt() throws Exception {
    try (WindowHarness window = WindowHarness.open(WindowHarness.twoByTwo())) {
      window.feed(0, "a", "a", "b", "b", "c", "a", "b"); // three wait, the oldest for 5 s
      window.whenABatchIsHandedOn(
          () -> {
            if (window.batches().size() == 2) {
              window.advanceTo(60_000);
              assertThat(window.batches()).as("no batch inside a batch").hasSize(2);
            }
          });
      window.feed(7, "c", "d", "d", "d");
      assertThat(window.batches()).hasSize(2);

      window.runMails();

      assertThat(window.batches()).as("those that waited for too long").hasSize(3);
    }
  }

  private static List<Event> events() {
    Random random = new Random(11);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      long id = i;
      String label = "c" + Math.min(random.nextInt(5), random.nextInt(5));
      events.add(new Event(false, window -> window.feed(id, label)));
      if (i % 7 == 6) {
        long time = 1_300L * i / 7 * (i > IMAGES / 2 ? 3 : 1);
        events.add(new Event(true, window -> window.advanceTo(time)));
      }
      if (i % 20 == 19) {
        events.add(new Event(true, window -> window.forget("image-" + (id - 3))));
      }
    }
    events.add(new Event(true, WindowHarness::endInput));
    return events;
  }

  private static List<List<String>> texts(List<MicroBatch> batches) {
    return batches.stream()
        .map(
            batch ->
                Stream.concat(Stream.of("batch " + batch.number()), ids(batch).stream()).toList())
        .toList();
  }
}
