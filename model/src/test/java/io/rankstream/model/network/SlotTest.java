package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SlotTest {

  private static final float[] ROWS = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

  private final ParameterLayout layout = new ParameterLayout();
  private final Slot matrix = layout.parameter("matrix", Initializer.constant(0), 2, 6);
  private final Slot kernel = layout.parameter("kernel", Initializer.constant(0), 2, 3, 1, 2);
  private final float[] flat = new float[layout.parametersSize()];

  @Test
  void keepsKernelsWithTheirInputChannelsLast() {
    place(matrix, ROWS);
    place(kernel, ROWS);

    assertThat(flat).startsWith(ROWS);
    assertThat(flat)
        .describedAs("output 0: the inputs of each pixel side by side; then output 1")
        .containsSequence(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11);
  }

  @Test
  void readsAndShowsWhatItWrote() {
    place(matrix, ROWS);
    place(kernel, ROWS);

    assertThat(matrix.fromFlat(part(matrix, 0, 12))).containsExactly(ROWS);
    assertThat(kernel.fromFlat(part(kernel, 0, 12))).containsExactly(ROWS);
    assertThat(kernel.rowSize()).isEqualTo(6);
    assertThat(kernel.fromFlat(part(kernel, 6, 12)))
        .describedAs("the second row alone")
        .containsExactly(6, 7, 8, 9, 10, 11);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray buffer = manager.create(flat);
      NDArray view =
          kernel.shaped(buffer.get("%d:%d".formatted(kernel.offset(), kernel.offset() + 12)));
      assertThat(view.getShape()).isEqualTo(kernel.shape());
      assertThat(view.toFloatArray()).containsExactly(ROWS);
    }
  }

  private void place(Slot slot, float[] rows) {
    System.arraycopy(slot.toFlat(rows), 0, flat, (int) slot.offset(), rows.length);
  }

  private float[] part(Slot slot, int from, int to) {
    return Arrays.copyOfRange(flat, (int) slot.offset() + from, (int) slot.offset() + to);
  }
}
