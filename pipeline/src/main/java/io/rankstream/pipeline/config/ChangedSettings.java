package io.rankstream.pipeline.config;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.configuration.Configuration;

/** The settings of a job that somebody gave, or that its recipe changes. */
public final class ChangedSettings {

  private ChangedSettings() {}

  /**
   * Key and value of each, in the order of their declaration; without passwords. All other settings
   * have their declared defaults.
   *
   * @param configuration an accepted configuration; keys of Flink and Kafka in it are left out
   */
  public static Map<String, String> of(Configuration configuration) {
    SettingReader reader = new SettingReader(configuration);
    Map<String, String> changed = new LinkedHashMap<>();
    JobOptions.all().forEach(setting -> add(setting, reader, changed));
    return changed;
  }

  private static <T> void add(Setting<T> setting, SettingReader reader, Map<String, String> to) {
    T value = reader.read(setting);
    if (reader.isGiven(setting) || !value.equals(setting.defaultValue())) {
      to.put(setting.key(), setting.shown(value));
    }
  }
}
