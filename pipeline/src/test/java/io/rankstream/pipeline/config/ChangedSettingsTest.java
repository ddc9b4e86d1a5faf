package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class ChangedSettingsTest {

  @Test
  void namesWhatWasGivenInTheOrderOfTheDeclarations() {
    Configuration given =
        Configuration.fromMap(
            Map.of(
                "batch.images-per-class", "3",
                "batch.classes", "8", // the default
                "kafka.ssl.key.password", "geheim",
                "rest.port", "8081"));

    assertThat(ChangedSettings.of(given))
        .containsExactly(Map.entry("batch.classes", "8"), Map.entry("batch.images-per-class", "3"));
  }

  @Test
  void namesWhatTheRecipeChanges() {
    Map<String, String> changed =
        ChangedSettings.of(Configuration.fromMap(Map.of("model.recipe", "paper")));

    assertThat(changed)
        .containsEntry("model.recipe", "paper")
        .containsEntry("model.average-decay", "0");
    assertThat(ChangedSettings.of(new Configuration())).isEmpty();
  }
}
