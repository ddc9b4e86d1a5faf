package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.OperatorNames;
import io.rankstream.pipeline.tools.evaluate.CheckpointReview;
import io.rankstream.pipeline.tools.evaluate.StateFinding;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint of a window, with all state in its metadata file, and damage to every part of it.
 */
class WindowDamageTest {

  private static final int TRIALS = 100;

  @TempDir Path directory;
  private byte[] good;

  @BeforeEach
  void takeACheckpoint() throws Exception {
    OperatorState state =
        new OperatorState("window", OperatorNames.PK_WINDOW, new OperatorID(1, 1), 1, 1);
    try (WindowHarness window = WindowHarness.open(Fixtures.config())) {
      for (int id = 0; id < 30; id++) {
        window.feed(id, "class-" + id % 3);
      }
      OperatorSubtaskState subtask = window.snapshot();
      state.putState(0, subtask);
    }
    Path file = directory.resolve("_metadata");
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(1, List.of(state), List.of()), out);
    }
    good = Files.readAllBytes(file);
  }

  @Test
  void aGoodCheckpointIsReadToItsEnd() throws Exception {
    assertThat(CheckpointReview.of(directory.toString()))
        .isNotEmpty()
        .allMatch(StateFinding::good)
        .anyMatch(finding -> finding.text().contains("the checksums of the images match"));
  }

  @Test
  void everyTruncationIsRefused() throws Exception {
    Random random = new Random(15);
    for (int i = 0; i < TRIALS; i++) {
      int length = random.nextInt(good.length);

      assertThat(isRefused(Arrays.copyOf(good, length))).as("%d bytes", length).isTrue();
    }
  }

  @Test
  void everyBitOfAPixelIsChecked() throws Exception {
    int pixels = longestRun(good);
    Random random = new Random(15);
    for (int i = 0; i < TRIALS; i++) {
      byte[] turned = good.clone();
      turned[pixels + random.nextInt(16)] ^= (byte) (1 << random.nextInt(8));

      assertThat(isRefused(turned)).isTrue();
    }
  }

  /** Flink has no checksum of its own: what is left must be the smaller part. */
  @Test
  void mostTurnedBitsAreRefused() throws Exception {
    Random random = new Random(15);
    int refused = 0;
    for (int i = 0; i < TRIALS; i++) {
      byte[] turned = good.clone();
      turned[random.nextInt(turned.length)] ^= (byte) (1 << random.nextInt(8));
      refused += isRefused(turned) ? 1 : 0;
    }

    assertThat(refused).as("refused of %d", TRIALS).isGreaterThan(TRIALS / 2);
  }

  private boolean isRefused(byte[] metadata) throws Exception {
    Files.write(directory.resolve("_metadata"), metadata);
    try {
      return !CheckpointReview.of(directory.toString()).stream().allMatch(StateFinding::good);
    } catch (IOException e) { // the metadata cannot be read
      return true;
    }
  }

  /** Where the first image without any content lies: pixels of the fixtures are zeros. */
  private static int longestRun(byte[] bytes) {
    int run = 0;
    for (int i = 0; i < bytes.length; i++) {
      run = bytes[i] == 0 ? run + 1 : 0;
      if (run == WindowHarness.IMAGE_BYTES) {
        return i + 1 - run;
      }
    }

    throw new IllegalStateException("no image in the state");
  }
}
