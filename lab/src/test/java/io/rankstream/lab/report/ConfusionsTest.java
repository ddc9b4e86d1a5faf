package io.rankstream.lab.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import org.junit.jupiter.api.Test;

class ConfusionsTest {

  private final Confusions confusions = new Confusions();

  @Test
  void namesTheMostFrequentConfusionFirstAndOnlyWhatIsWrong() {
    confusions.add("shirt", "coat", 4);
    confusions.add("coat", "shirt", 9);
    confusions.add("coat", "shirt", 2);
    confusions.add("coat", "coat", 1);
    confusions.add("shirt", "shirt", 7);
    confusions.add("bag", "bag", 8);

    assertThat(confusions.rows())
        .extracting(Confusions.Row::actual, Confusions.Row::predicted)
        .containsExactly(tuple("coat", "shirt"), tuple("shirt", "coat"));
    Confusions.Row first = confusions.rows().get(0);
    assertThat(first.confused()).isEqualTo(2);
    assertThat(first.all()).isEqualTo(3);
    assertThat(first.pictures()).containsExactly(2, 9);
    assertThat(first.likenesses()).containsExactly(7);
    assertThat(Confusions.shown(confusions.rows())).containsExactly(1, 2, 4, 7, 9);
  }

  @Test
  void noPredictionIsNoConfusionButCountsInItsClass() {
    confusions.add("null", null, 0);
    confusions.add("null", "cat", 1);

    assertThat(confusions.rows()).hasSize(1);
    assertThat(confusions.rows().get(0).all()).isEqualTo(2);
    assertThat(confusions.all("null")).isEqualTo(2);
    assertThat(confusions.all("cat")).as("no image was a cat").isZero();
    assertThat(confusions.rows().get(0).likenesses()).as("no cat was recognised").isEmpty();
  }

  @Test
  void showsEightPairsAndSixPicturesOfEachAtMost() {
    for (int pair = 0; pair < 10; pair++) {
      for (int i = 0; i < 10; i++) {
        confusions.add("actual-" + pair, "predicted-" + pair, 10 * pair + i);
        confusions.add("predicted-" + pair, "predicted-" + pair, 1000 + 10 * pair + i);
      }
    }

    assertThat(confusions.rows()).hasSize(8);
    assertThat(confusions.rows().get(0).pictures()).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(confusions.rows().get(0).likenesses()).containsExactly(1000, 1001, 1002);
  }
}
