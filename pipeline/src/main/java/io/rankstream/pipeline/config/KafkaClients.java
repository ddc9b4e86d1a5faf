package io.rankstream.pipeline.config;

import java.io.Serializable;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;

/**
 * Settings of all Kafka clients of a job.
 *
 * @param settings by Kafka's own keys, such as bootstrap.servers and those of security
 */
public record KafkaClients(Map<String, String> settings) implements Serializable {

  private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

  /** The settings under {@code kafka.}, without this prefix. */
  static KafkaClients read(Configuration configuration) {
    Map<String, String> settings = new TreeMap<>();
    configuration
        .toMap()
        .forEach(
            (key, value) -> {
              if (key.startsWith(KeyCheck.KAFKA_PREFIX)) {
                settings.put(key.substring(KeyCheck.KAFKA_PREFIX.length()), value);
              }
            });
    settings.putIfAbsent(BOOTSTRAP_SERVERS, "localhost:9092");
    Secrets.turnOnProviders(settings);
    return new KafkaClients(settings);
  }

  /** Addresses of the brokers, separated by commas. */
  public String bootstrapServers() {
    return settings.get(BOOTSTRAP_SERVERS);
  }

  /** A copy of the settings for a client of Kafka. */
  public Properties properties() {
    Properties properties = new Properties();
    properties.putAll(settings);
    return properties;
  }

  /** The keys alone: passwords are among the values. */
  @Override
  public String toString() {
    return "KafkaClients" + settings.keySet();
  }
}
