package io.rankstream.pipeline.tools.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.EngineDefaults;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class OutageChecksTest {

  @Test
  void theDefaultsLetFewCheckpointsFail() {
    CheckpointPace pace = CheckpointPace.of(EngineDefaults.forLocal(new Configuration()));

    assertThat(OutageChecks.failures(pace)).isEmpty();
    assertThat(OutageChecks.failures(failing(100))).isEmpty();
  }

  @Test
  void warnsOfAProducerForEachOfManyFailedCheckpoints() {
    assertThat(OutageChecks.failures(failing(1000)))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
              assertThat(finding.message())
                  .startsWith("execution.checkpointing.tolerable-failed-checkpoints = 1000")
                  .endsWith("lower it to at most 100");
            });
  }

  private static CheckpointPace failing(int tolerated) {
    return new CheckpointPace(Duration.ofSeconds(10), Duration.ofMinutes(3), tolerated);
  }
}
