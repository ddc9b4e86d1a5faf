package io.rankstream.lab.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FigureTest {

  @Test
  void isTheMedianOfItsWindowsWithTheirRange() {
    Figure figure = Figure.of("step", "ms", 5, 1, 100, 2);

    assertThat(figure.median()).isEqualTo(3.5);
    assertThat(figure.least()).isEqualTo(1);
    assertThat(figure.most()).isEqualTo(100);
    assertThat(figure.windows()).isEqualTo(4);
  }

  @Test
  void keepsItsNotes() {
    assertThat(Figure.of("step", "ms", Map.of("images/s", 7.0), 1).notes())
        .containsEntry("images/s", 7.0);
  }
}
