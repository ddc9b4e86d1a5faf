package io.rankstream.pipeline.tools.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.network.Precisions;
import io.rankstream.pipeline.config.JobConfig;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class MachineChecksTest {

  @Test
  void tellsThePrecisionAndWhatTheProcessorOffers() {
    Finding precision = precision(Map.of("model.served-precision", "auto"));

    assertThat(precision.level()).isEqualTo(Finding.Level.OK);
    assertThat(precision.message())
        .startsWith("float32 for steps, auto for predictions and embeddings; ")
        .contains(Precisions.missing(Device.cpu()).orElse("auto takes it where it is faster"));
  }

  private static Finding precision(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("model.device", "cpu");
    all.put("kafka.bootstrap.servers", "localhost:9092");
    return MachineChecks.all(JobConfig.from(Configuration.fromMap(all)), "s3://bucket/checkpoints")
        .stream()
        .filter(finding -> finding.check().equals("precision"))
        .findFirst()
        .orElseThrow();
  }
}
