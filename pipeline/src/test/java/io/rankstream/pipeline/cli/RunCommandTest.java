package io.rankstream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.RankstreamJob;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class RunCommandTest {

  @Test
  void theJobHasTheNameOfTheSettingsOrThatOfTheProgram() {
    Configuration settings = new Configuration();
    assertThat(RunCommand.name(RankstreamJob.local(settings))).isEqualTo("rankstream");

    settings.setString("pipeline.name", "shop-photos");
    assertThat(RunCommand.name(RankstreamJob.local(settings))).isEqualTo("shop-photos");
  }
}
