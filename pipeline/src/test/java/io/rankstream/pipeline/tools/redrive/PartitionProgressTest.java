package io.rankstream.pipeline.tools.redrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PartitionProgressTest {

  @Test
  void nothingIsSentAtFirst() {
    PartitionProgress progress = PartitionProgress.none();

    assertThat(progress.isSent(0)).isFalse();
    assertThat(progress.firstOpen()).isZero();
    assertThat(progress.text()).isEmpty();
  }

  @Test
  void aLetterThatWasPassedOverStaysOpen() {
    PartitionProgress progress = PartitionProgress.none();
    progress.startAt(0);
    send(progress, 3);
    passOver(progress, 5);
    passOver(progress, 9);
    send(progress, 10);

    assertThat(progress.next()).isEqualTo(11);
    assertThat(progress.text()).isEqualTo("4-9");
    assertThat(progress.firstOpen()).isEqualTo(4);
    assertThat(progress.isSent(3)).isTrue();
    assertThat(progress.isSent(5)).isFalse();
    assertThat(progress.isSent(9)).isFalse();
    assertThat(progress.isSent(10)).isTrue();
    assertThat(progress.isSent(11)).isFalse();
  }

  @Test
  void sendingWhatWasOpenLeavesNoEmptyRanges() {
    PartitionProgress progress = PartitionProgress.parse(11, "4-9");
    progress.startAt(4);
    send(progress, 5);
    send(progress, 9);

    assertThat(progress.text()).isEmpty();
    assertThat(progress.next()).isEqualTo(11);
  }

  @Test
  void whatRetentionDeletedIsForgotten() {
    PartitionProgress progress = PartitionProgress.parse(50, "3-7,20-29,40-40");
    progress.startAt(25);

    assertThat(progress.text()).isEqualTo("25-29,40-40");
    assertThat(progress.firstOpen()).isEqualTo(25);
    PartitionProgress behind = PartitionProgress.parse(50, "3-7");
    behind.startAt(80);
    assertThat(behind.next()).isEqualTo(80);
    assertThat(behind.text()).isEmpty();
  }

  @Test
  void theTextOfAnotherProgramIsRefused() {
    assertThatThrownBy(() -> PartitionProgress.parse(5, "a note"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PartitionProgress.parse(5, "a-note"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Runs with random selections, each of which is cut off somewhere, against a set of offsets. */
  @Test
  void randomRunsNeverForgetOrRepeatALetter() {
    Random random = new Random(17);
    for (int trial = 0; trial < 300; trial++) {
      int letters = 60;
      Set<Integer> ofReason = some(random, letters, 0.7);
      Set<Integer> sent = new HashSet<>();
      PartitionProgress progress = PartitionProgress.none();
      for (int run = 0; run < 6; run++) {
        progress = PartitionProgress.parse(progress.next(), progress.text());
        long start = progress.firstOpen();
        progress.startAt(start);
        Set<Integer> selected = run == 5 ? ofReason : some(random, letters, 0.5);
        int end = run == 5 ? letters : random.nextInt(letters + 1);
        for (int offset = (int) start; offset < end; offset++) {
          if (!ofReason.contains(offset)) {
            continue;
          }
          long from = progress.read(offset);
          assertThat(progress.isSent(offset)).isEqualTo(sent.contains(offset));
          if (!progress.isSent(offset) && selected.contains(offset)) {
            progress.send(from, offset);
            sent.add(offset);
          } else if (!progress.isSent(offset)) {
            progress.passOver(offset);
          }
        }
      }

      assertThat(sent).isEqualTo(ofReason);
      assertThat(progress.text()).isEmpty();
    }
  }

  private static Set<Integer> some(Random random, int letters, double share) {
    Set<Integer> some = new HashSet<>();
    for (int offset = 0; offset < letters; offset++) {
      if (random.nextDouble() < share) {
        some.add(offset);
      }
    }
    return some;
  }

  private static void send(PartitionProgress progress, long offset) {
    progress.send(progress.read(offset), offset);
  }

  private static void passOver(PartitionProgress progress, long offset) {
    progress.read(offset);
    progress.passOver(offset);
  }
}
