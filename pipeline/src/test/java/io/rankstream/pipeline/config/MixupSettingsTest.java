package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.loss.MixupConfig;
import io.rankstream.pipeline.Fixtures;
import org.junit.jupiter.api.Test;

class MixupSettingsTest {

  @Test
  void noStepMixesUnlessAlphaIsSet() {
    assertThat(mixup("loss.mixup-share", "0.3").isOn()).isFalse();
    assertThat(mixup("loss.mixup", "0.2")).isEqualTo(new MixupConfig(0.2, 0.5));
    assertThat(mixup("loss.mixup", "1", "loss.mixup-share", "0.3"))
        .isEqualTo(new MixupConfig(1, 0.3));
  }

  @Test
  void theRankingLossNeedsStepsThatDoNotMix() {
    assertThat(mixup("loss.mixup", "0.2", "loss.mixup-share", "1", "loss.ranking", "none").share())
        .isEqualTo(1);
    assertThatThrownBy(() -> Fixtures.config("loss.mixup", "0.2", "loss.mixup-share", "1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "Invalid loss.mixup-share: 1 (must be below 1 with loss.ranking = triplet-semi-hard, which trains in the steps that do not mix)");
  }

  @Test
  void aStepPredictsNoImagesThatItMixes() {
    assertThatThrownBy(() -> Fixtures.config("loss.mixup", "0.2", "prequential.from", "in-step"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "Invalid prequential.from: in-step (must be served with loss.mixup = 0.2: a step predicts no images that it mixes)");
  }

  private static MixupConfig mixup(String... settings) {
    return Fixtures.config(settings).model().loss().mixup();
  }
}
