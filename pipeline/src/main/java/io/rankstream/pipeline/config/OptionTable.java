package io.rankstream.pipeline.config;

import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;

/**
 * The configuration reference: the table that the README shows and that {@code --help-config}
 * prints.
 */
public final class OptionTable {

  private OptionTable() {}

  /** All options as a Markdown table. */
  public static String markdown() {
    return JobOptions.all().stream()
        .map(
            option ->
                "| `%s` | %s | %s | %s |"
                    .formatted(
                        option.key(), OptionText.type(option), defaultCell(option), text(option)))
        .collect(
            Collectors.joining(
                "\n", "| Key | Type | Default | Meaning |\n|---|---|---|---|\n", "\n"));
  }

  private static String defaultCell(ConfigOption<?> option) {
    String value = OptionText.defaultValue(option);
    return value.isEmpty() ? "" : "`" + value + "`";
  }

  private static String text(ConfigOption<?> option) {
    return new HtmlFormatter().format(option.description());
  }
}
