package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeenOffsetsTest {

  private static final int WINDOW = 1 << 18;

  private final SeenOffsets offsets = new SeenOffsets();

  @Test
  void anOffsetIsNewOnce() {
    assertThat(offsets.add(5)).isTrue();
    assertThat(offsets.add(5)).isFalse();
    assertThat(offsets.add(3)).isTrue();
    assertThat(offsets.add(3)).isFalse();
    assertThat(offsets.add(6)).isTrue();
  }

  @Test
  void placesAreUsedAgain() {
    assertThat(offsets.add(7)).isTrue();
    assertThat(offsets.add(7 + WINDOW)).isTrue();
    assertThat(offsets.add(7 + WINDOW)).isFalse();
    assertThat(offsets.add(7)).as("too old to know").isFalse();
    assertThat(offsets.add(8)).as("the oldest that is known").isTrue();
  }

  @Test
  void aLeapForgetsAllBefore() {
    offsets.add(1);
    assertThat(offsets.add(10L * WINDOW + 1)).isTrue();
    assertThat(offsets.add(10L * WINDOW)).isTrue();
    assertThat(offsets.add(9L * WINDOW)).isFalse();
  }
}
