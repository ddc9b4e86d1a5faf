package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EpochConfigTest {

  @Test
  void embeddersFollowLiveUnlessTheyAreTold() {
    JobConfig config = Fixtures.config();

    assertThat(config.epochs().isOn()).isFalse();
    assertThat(config.embed().refresh()).isEqualTo(32);
  }

  @Test
  void inEpochsNoImageIsEmbeddedAgainByItself() {
    JobConfig config =
        Fixtures.config("embeddings.follow", "epochs", "epochs.every", "1 d", "epochs.drift", "2");

    assertThat(config.epochs())
        .isEqualTo(new EpochConfig(true, "rankstream-control", Duration.ofDays(1), 2, 0));
    assertThat(config.embed().refresh()).isZero();
    assertThat(
            Fixtures.config("embeddings.follow", "epochs", "embeddings.refresh", "0")
                .embed()
                .refresh())
        .isZero();
  }

  @Test
  void whatMakesNoSenseInEpochsIsRefused() {
    assertThatThrownBy(
            () ->
                Fixtures.config(
                    "embeddings.follow", "epochs",
                    "embeddings.refresh", "8",
                    "input.bounded", "true"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "Invalid embeddings.refresh: 8 (must be 0 with embeddings.follow = epochs, where an image changes its version only with the whole topic)")
        .hasMessageContaining(
            "Invalid input.bounded: true (must be false with embeddings.follow = epochs, which have no end)");
    assertThatThrownBy(() -> Fixtures.config("epochs.every", "1 h"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "Invalid epochs.every: 1 h (must be 0 unless embeddings.follow = epochs)");
    for (String[] settings :
        new String[][] {
          {"epochs.drift", "0.2"},
          {"epochs.drift", "0.2", "embeddings.follow", "epochs", "drift.anchors", "0"}
        }) {
      assertThatThrownBy(() -> Fixtures.config(settings))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(
              "Invalid epochs.drift: 0.2 (must be 0 unless embeddings.follow = epochs and drift.anchors is above 0)");
    }
  }
}
