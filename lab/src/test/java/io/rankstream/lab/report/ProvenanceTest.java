package io.rankstream.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProvenanceTest {

  private final ObjectNode written = new ObjectMapper().createObjectNode();

  @Test
  void writesTheTimeInUtcAndTheRestAsItIs() throws Exception {
    new Provenance(
            Instant.ofEpochMilli(1_700_000_000_000L),
            "./rankstream demo",
            Map.of("Seed", "3"),
            Map.of("batch.classes", "4"),
            Map.of("JDK", "17"))
        .writeTo(written);

    assertThat(written)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"at": "2023-11-14 22:13 UTC", "command": "./rankstream demo",
                     "parameters": {"Seed": "3"}, "settings": {"batch.classes": "4"},
                     "versions": {"JDK": "17"}}"""));
  }

  @Test
  void namesTheVersionsOfThisProcessAndTheSettingsThatWereGiven() {
    Provenance.of(
            List.of("demo", "--seed", "3"),
            Map.of(),
            new JobSettings().with(JobOptions.BATCH_CLASSES, 4).configuration())
        .writeTo(written);

    assertThat(written.get("command").asText()).isEqualTo("./rankstream demo --seed 3");
    assertThat(written.get("settings")).hasSize(1);
    assertThat(written.at("/settings/batch.classes").asText()).isEqualTo("4");
    assertThat(written.at("/versions/JDK").asText()).contains(Runtime.version().toString());
    assertThat(written.at("/versions/PyTorch").asText()).matches("\\d+\\.\\d+.*");
    assertThat(written.at("/versions/Rankstream").asText()).isNotEmpty();
  }
}
