package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that a deletion takes out of the window, wherever they are. */
class ForgettingTest {

  private static final String SECRET = "image-3";

  private static final JobConfig BALANCED = config("pk");
  private static final JobConfig NATURAL = config("natural");

  private static JobConfig config(String sampler) {
    return Fixtures.config(
        "batch.sampler", sampler,
        "batch.classes", "2",
        "batch.images-per-class", "2",
        "batch.train-every", "4",
        "batch.min-images", "1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pk", "natural"})
  void anImageThatWaitsIsNotTrained(String sampler) throws Exception {
    try (WindowHarness window = WindowHarness.open(config(sampler))) {
      window.feed(2, "a", "a", "b");
      window.forget(SECRET);
      window.forget("of-an-earlier-job");
      window.endInput();

      assertThat(window.batches())
          .flatExtracting(WindowHarness::ids)
          .contains("image-2", "image-4")
          .doesNotContain(SECRET);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"pk", "natural"})
  void anImageThatIsSentAgainIsTaken(String sampler) throws Exception {
    try (WindowHarness window = WindowHarness.open(config(sampler))) {
      window.feed(2, "b", "a");
      window.forget(SECRET);
      window.feed(3, "a"); // else a repeat
      window.endInput();

      assertThat(window.batches()).flatExtracting(WindowHarness::ids).contains(SECRET);
    }
  }

  @Test
  void aForgottenImageIsInNoneOfAThousandBatchesAfterARestore() throws Exception {
    assertThat(batchesWithSecretAfterRestore(false)).isPositive();
    assertThat(batchesWithSecretAfterRestore(true)).isZero();
  }

  /** Delivers, forgets perhaps, kills, restores, and counts in what follows. */
  private static long batchesWithSecretAfterRestore(boolean forgets) throws Exception {
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(BALANCED)) {
      window.feed(0, "a", "b", "a", "b", "a", "b", "a", "b");
      if (forgets) {
        window.forget(SECRET);
      }
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(BALANCED, snapshot)) {
      for (int i = 0; i < 4000; i++) {
        window.feed(100 + i, i % 50 == 0 ? "b" : "a"); // so class b is replayed
      }
      assertThat(window.batches()).hasSizeGreaterThanOrEqualTo(1000);
      return window.batches().stream()
          .filter(batch -> WindowHarness.ids(batch).contains(SECRET))
          .count();
    }
  }

  @Test
  void aDeletionThatIsReplayedAfterACrashForgetsAgain() throws Exception {
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(BALANCED)) {
      window.feed(0, "a", "b", "a", "b", "a", "b", "a", "b");
      snapshot = window.snapshot();
      window.forget(SECRET); // lost in the crash
    }
    try (WindowHarness window = WindowHarness.restored(BALANCED, snapshot)) {
      window.forget(SECRET);
      for (int i = 0; i < 400; i++) {
        window.feed(100 + i, i % 50 == 0 ? "b" : "a");
      }

      assertThat(window.batches()).flatExtracting(WindowHarness::ids).doesNotContain(SECRET);
    }
  }

  @Test
  void aSnapshotDoesNotHoldTheBytesOfAForgottenImage() throws Exception {
    assertNotStored(BALANCED, "b");
    assertNotStored(NATURAL, "b");
  }

  @Test
  void aSnapshotDoesNotHoldTheBytesOfAKeptImageThatWasForgotten() throws Exception {
    try (WindowHarness window = WindowHarness.open(BALANCED)) {
      window.feed(0, "a", "a", "a");
      window.feed(List.of(secret("b"))); // a batch is due: all are kept
      assertThat(window.batches()).hasSize(1);
      assertThat(stored(window)).contains(SECRET).contains("secret pixels");

      window.forget(SECRET);

      assertThat(stored(window)).doesNotContain(SECRET).doesNotContain("secret pixels");
    }
  }

  private static void assertNotStored(JobConfig config, String label) throws Exception {
    try (WindowHarness window = WindowHarness.open(config)) {
      window.feed(List.of(secret(label)));
      assertThat(stored(window)).contains(SECRET).contains("secret pixels");

      window.forget(SECRET);

      assertThat(stored(window)).doesNotContain(SECRET).doesNotContain("secret pixels");
    }
  }

  private static AcceptedImage secret(String label) {
    byte[] pixels = "secret pixels".getBytes(StandardCharsets.ISO_8859_1);
    return new AcceptedImage(
        SECRET, Fixtures.key("default"), label, 5, 3, pixels, Fixtures.origin(3));
  }

  /** All bytes of a snapshot, as Latin-1 text. */
  private static String stored(WindowHarness window) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (KeyedStateHandle handle : window.snapshot().getManagedKeyedState()) {
      try (InputStream in = ((KeyGroupsStateHandle) handle).openInputStream()) {
        in.transferTo(bytes);
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
