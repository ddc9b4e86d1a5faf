package io.rankstream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;

/** All configuration keys as Markdown, with type, default and meaning. */
public final class OptionTable {

  private OptionTable() {}

  /** A heading and a table for each group of options, in the order in which they are declared. */
  public static String markdown() {
    Map<String, List<ConfigOption<?>>> groups =
        JobOptions.all().stream()
            .collect(
                Collectors.groupingBy(OptionTable::group, LinkedHashMap::new, Collectors.toList()));
    return groups.entrySet().stream()
        .map(entry -> "### `%s`\n\n%s".formatted(entry.getKey(), table(entry.getValue())))
        .collect(Collectors.joining("\n"));
  }

  private static String group(ConfigOption<?> option) {
    return option.key().substring(0, option.key().indexOf('.'));
  }

  private static String table(List<ConfigOption<?>> options) {
    return options.stream()
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
