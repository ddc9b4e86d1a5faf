package io.rankstream.pipeline.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.evaluation.EmbeddingDrift;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DriftTriggerTest {

  private static final List<float[]> OLD =
      List.of(new float[] {1, 0}, new float[] {1, 0}, new float[] {0, 1}, new float[] {0, 1});
  private static final List<float[]> TURNED =
      List.of(new float[] {0, 1}, new float[] {0, 1}, new float[] {-1, 0}, new float[] {-1, 0});

  @Test
  void firesAboveTheThresholdOnly() {
    assertThat(new DriftTrigger(0.9).fires(shiftOf(TURNED))).isTrue();
    assertThat(new DriftTrigger(1.1).fires(shiftOf(TURNED))).isFalse();
    assertThat(new DriftTrigger(0.9).fires(shiftOf(OLD))).isFalse();
  }

  @Test
  void aThresholdOfZeroAndADriftThatIsUnknownNeverFire() {
    assertThat(new DriftTrigger(0).fires(shiftOf(TURNED))).isFalse();
    assertThat(new DriftTrigger(0.1).fires(Optional.empty())).isFalse();
  }

  private static Optional<Comparison> shiftOf(List<float[]> now) {
    return Optional.of(
        new Comparison(
            new MeasuredVersion("space", "lineage", 1),
            now.size(),
            EmbeddingDrift.withoutMap(OLD, now, new int[] {0, 0, 1, 1}),
            Optional.empty()));
  }
}
