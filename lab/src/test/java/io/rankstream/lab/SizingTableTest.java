package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.ModelSize;
import io.rankstream.model.image.InputSpec;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.MemoryPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

/** The sizing table of the operations guide has the figures that the doctor computes. */
class SizingTableTest {

  private static final List<Map<String, String>> ROWS =
      List.of(
          Map.of(),
          Map.of("model.backbone", "mobilenet-v2"),
          Map.of("model.backbone", "resnet18", "model.height", "64", "model.width", "64"),
          Map.of("model.backbone", "resnet18"),
          Map.of("model.backbone", "resnet50"),
          Map.of("model.backbone", "resnet50", "optimizer.rule", "adamw"));

  @Test
  void theTableIsTheOneThatIsComputed() {
    String table = ROWS.stream().map(SizingTableTest::row).collect(Collectors.joining());

    assertThat(
            Documents.section(
                Documents.text(Documents.ROOT.resolve("docs/operations.md")), "Sizing"))
        .contains(table);
  }

  private static String row(Map<String, String> settings) {
    JobConfig config = JobConfig.from(Configuration.fromMap(settings));
    InputSpec input = config.model().input();
    MemoryPlan plan = MemoryPlan.of(config, 1, 1);
    return "| `%s`, %dx%dx%d%s | %s million | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            config.model().architecture().backbone().id(),
            input.channels(),
            input.height(),
            input.width(),
            settings.containsKey("optimizer.rule") ? ", AdamW" : "",
            String.format(Locale.ROOT, "%.1f", ModelSize.of(config.model()).parameters() / 1e6),
            megabytes(plan.windows()),
            megabytes(plan.batches()),
            megabytes(plan.starting()),
            megabytes(plan.models()),
            megabytes(plan.served()),
            megabytes(plan.copies()));
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MB", (bytes >> 20) + 1);
  }
}
