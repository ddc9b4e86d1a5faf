package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamWindowTest {

  @Test
  void aSingletonIsAClassWithOneImage() throws Exception {
    try (OpenWindow open = new OpenWindow(Fixtures.config())) {
      for (String label : List.of("a", "b", "b", "c")) {
        open.add(Fixtures.image(open.table.fresh(), label, 10), 5 + open.table.fresh());
      }
      assertThat(figures(open).singletons()).isEqualTo(2);
      assertThat(figures(open).oldestFresh()).isEqualTo(5);
      assertThat(figures(open).largestClass()).isEqualTo(20);
      assertThat(figures(open).smallestClass()).isEqualTo(10);

      open.window.keepOverdue(5); // the image of a

      assertThat(figures(open).singletons()).isEqualTo(2);
      assertThat(figures(open).oldestFresh()).isEqualTo(6);
      assertThat(figures(open).reservoir()).isEqualTo(1);
      assertThat(figures(open).bytes()).isEqualTo(40);
    }
  }

  private static WindowFigures figures(OpenWindow open) {
    return WindowFigures.of(open.table, open.window.counters());
  }
}
