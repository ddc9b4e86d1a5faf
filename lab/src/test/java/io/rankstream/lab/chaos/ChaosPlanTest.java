package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import org.junit.jupiter.api.Test;

class ChaosPlanTest {

  private static final ImageDataset IMAGES = new ProceduralDataset(1, Split.TRAIN);

  @Test
  void namesTheParameterItsValueAndTheRule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChaosPlan(1, -1, false, 10, 60, IMAGES))
        .withMessage("Invalid kills: -1 (must be at least 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChaosPlan(1, 1, false, 0, 60, IMAGES))
        .withMessage("Invalid images: 0 (must be at least 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChaosPlan(1, 1, false, 10, Double.NaN, IMAGES))
        .withMessage("Invalid rate: NaN (must be above 0)");
  }
}
