package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplicaConfigTest {

  @Test
  void aModelHasNoReplicasByDefault() {
    assertThat(Fixtures.config().replicas())
        .isEqualTo(new ReplicaConfig(1, 16, Duration.ofSeconds(10)));
  }

  @Test
  void refusesWhatReplicasDoNotDo() {
    assertThatThrownBy(
            () ->
                Fixtures.config(
                    "training.replicas", "4",
                    "batch.sampler", "natural",
                    "optimizer.accumulate", "2"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid batch.sampler: natural (must be pk with")
        .hasMessageContaining("Invalid optimizer.accumulate: 2 (must be 1 with");
  }
}
