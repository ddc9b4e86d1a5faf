package io.rankstream.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClassBalanceTest {

  private static ClassBalance of(int window, String... labels) {
    ClassBalance balance = new ClassBalance(window);
    for (String label : labels) {
      balance.add(label);
    }
    return balance;
  }

  @Test
  void theRatioIsThatOfTheMostAndTheLeastFrequentClass() {
    assertThat(of(10, "a", "b", "a", "a", "c", "b").ratio()).isEqualTo(3);
    assertThat(of(10, "a").ratio()).isEqualTo(1);
  }

  @Test
  void thereIsNoRatioWithoutImages() {
    assertThat(of(10).ratio()).isNaN();
  }

  @Test
  void onlyTheLastImagesCount() {
    assertThat(of(4, "a", "a", "a", "b", "b").ratio()).isEqualTo(1);
    assertThat(of(2, "a", "a", "b", "b").ratio()).isEqualTo(1);
    assertThat(of(3, "a", "b", "b", "c").ratio()).isEqualTo(2);
  }
}
