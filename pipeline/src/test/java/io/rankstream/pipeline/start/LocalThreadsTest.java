package io.rankstream.pipeline.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.rankstream.model.Devices;
import io.rankstream.model.network.Backbone;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalThreadsTest {

  @BeforeEach
  void nobodySaysHowMany() {
    assumeFalse(Devices.hasThreadsSet(), "OMP_NUM_THREADS");
  }

  @AfterEach
  void forget() {
    System.clearProperty(Devices.THREADS);
  }

  @Test
  void theSmallNetworkGetsOneThread() {
    choose(Backbone.SMALL_CNN);

    assertThat(System.getProperty(Devices.THREADS)).isEqualTo("1");
  }

  @Test
  void aLargerNetworkKeepsAllCores() {
    choose(Backbone.RESNET18);

    assertThat(System.getProperty(Devices.THREADS)).isNull();
  }

  @Test
  void aNumberThatIsSetStays() {
    Devices.setThreads(3);

    choose(Backbone.SMALL_CNN);

    assertThat(System.getProperty(Devices.THREADS)).isEqualTo("3");
  }

  private static void choose(Backbone backbone) {
    JobSettings settings =
        new JobSettings()
            .with(Map.of("kafka.bootstrap.servers", "localhost:9092"))
            .with(JobOptions.MODEL_BACKBONE, backbone);
    LocalThreads.choose(JobConfig.from(settings.configuration()).model());
  }
}
