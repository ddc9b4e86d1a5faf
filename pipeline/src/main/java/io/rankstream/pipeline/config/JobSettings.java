package io.rankstream.pipeline.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * Settings of a job that a program starts: typed values of the job and of Flink, and settings of
 * the Kafka clients. A later value of a key replaces an earlier one.
 */
public final class JobSettings {

  private final Configuration configuration = new Configuration();

  /** Sets a setting of the job. The value is checked when the job reads its configuration. */
  public <T> JobSettings with(Setting<T> setting, T value) {
    return with(setting.option(), value);
  }

  /** Sets an option of Flink. */
  public <T> JobSettings with(ConfigOption<T> option, T value) {
    configuration.set(option, value);
    return this;
  }

  /** Sets values by their keys, as a user gives them. */
  public JobSettings with(Map<String, String> settings) {
    settings.forEach(configuration::setString);
    return this;
  }

  /**
   * Sets a value for the Kafka clients.
   *
   * @param key the name in Kafka, such as bootstrap.servers
   */
  public JobSettings withKafka(String key, String value) {
    configuration.setString(KeyCheck.KAFKA_PREFIX + key, value);
    return this;
  }

  /** A copy of the settings. */
  public Configuration configuration() {
    return new Configuration(configuration);
  }

  /**
   * Reads a properties file and {@code --key value} arguments, which win over the file.
   *
   * @param file properties file, or null for none
   * @param arguments {@code --key value} or {@code --key=value} pairs
   * @throws ConfigurationException when the file cannot be read or an argument is not a pair
   */
  public static Configuration read(Path file, List<String> arguments) {
    Configuration configuration = new Configuration();
    List<String> problems = new ArrayList<>();
    if (file != null) {
      try {
        SettingsFile.read(file)
            .forEach((key, value) -> configuration.setString((String) key, (String) value));
      } catch (IOException e) {
        problems.add(
            "Cannot read the configuration file %s (%s): give a properties file of 'key = value' lines"
                .formatted(file, e.getMessage()));
      }
    }

    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--") || argument.length() == 2) {
        problems.add(
            "Unexpected argument %s (settings are written --key value)"
                .formatted(Secrets.hide(argument)));
        continue;
      }

      int equals = argument.indexOf('=');
      if (equals > 0) {
        configuration.setString(argument.substring(2, equals), argument.substring(equals + 1));
      } else if (i + 1 < arguments.size()) {
        configuration.setString(argument.substring(2), arguments.get(++i));
      } else {
        problems.add("Missing value of %s (settings are written --key value)".formatted(argument));
      }
    }

    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }

    return configuration;
  }
}
