package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class SlotTest {

  private static final float[] ROWS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

  private final ParameterLayout layout = new ParameterLayout();
  private final Slot matrix = layout.parameter("matrix", Initializer.constant(0), 2, 6);
  private final Slot kernel = layout.parameter("kernel", Initializer.constant(0), 2, 3, 1, 2);
  private final float[] flat = new float[layout.parametersSize()];

  @Test
  void keepsKernelsWithTheirInputChannelsLast() {
    matrix.write(ROWS, flat);
    kernel.write(ROWS, flat);

    assertThat(flat).startsWith(ROWS);
    assertThat(flat)
        .describedAs("output 0: the inputs of each pixel side by side; then output 1")
        .containsSequence(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11);
  }

  @Test
  void readsAndShowsWhatItWrote() {
    matrix.write(ROWS, flat);
    kernel.write(ROWS, flat);

    assertThat(matrix.read(flat)).containsExactly(ROWS);
    assertThat(kernel.read(flat)).containsExactly(ROWS);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray buffer = manager.create(flat);
      NDArray view =
          kernel.shaped(buffer.get("%d:%d".formatted(kernel.offset(), kernel.offset() + 12)));
      assertThat(view.getShape()).isEqualTo(kernel.shape());
      assertThat(view.toFloatArray()).containsExactly(ROWS);
    }
  }
}
