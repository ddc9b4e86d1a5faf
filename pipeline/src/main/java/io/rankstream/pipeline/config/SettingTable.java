package io.rankstream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;

/** All configuration keys as Markdown, with type, default, accepted values and meaning. */
public final class SettingTable {

  private static final String HEAD =
      "| Key | Type | Default | Accepted | Meaning |\n|---|---|---|---|---|\n";

  private SettingTable() {}

  /** A heading and a table for each group of settings, in the order of their declaration. */
  public static String markdown() {
    Map<String, List<Setting<?>>> groups =
        JobOptions.all().stream()
            .collect(
                Collectors.groupingBy(
                    SettingTable::group, LinkedHashMap::new, Collectors.toList()));
    return groups.entrySet().stream()
        .map(entry -> "### `%s`\n\n%s".formatted(entry.getKey(), table(entry.getValue())))
        .collect(Collectors.joining("\n"));
  }

  private static String group(Setting<?> setting) {
    return setting.key().substring(0, setting.key().indexOf('.'));
  }

  private static String table(List<Setting<?>> settings) {
    return settings.stream().map(SettingTable::row).collect(Collectors.joining("\n", HEAD, "\n"));
  }

  private static String row(Setting<?> setting) {
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(
            setting.key(),
            setting.type().title(),
            byDefault(setting),
            setting.accepted(),
            setting.meaning());
  }

  private static String byDefault(Setting<?> setting) {
    String text = ValueText.of(setting.defaultValue());
    String shown = text.isEmpty() ? "" : "`" + text + "`";
    Configuration paper = Recipe.PAPER.defaults();
    return paper.contains(setting.option())
        ? "%s (paper: `%s`)".formatted(shown, ValueText.of(setting.in(paper)))
        : shown;
  }
}
