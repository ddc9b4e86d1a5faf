package io.rankstream.pipeline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.utils.Utils;

/**
 * The keys of Kafka's clients, checked by Kafka's own declarations. Plugins, such as interceptors
 * and callback handlers, read more, so a key that is not here may be right.
 */
public final class KafkaKeys {

  private static final String PROVIDERS = "config.providers";

  private static final List<ConfigDef> CLIENTS =
      List.of(
          ProducerConfig.configDef(), ConsumerConfig.configDef(), AdminClientConfig.configDef());

  private static final Set<String> DECLARED = declared();

  private KafkaKeys() {}

  /**
   * One sentence for each key that is misspelt, each value that Kafka's clients refuse and each
   * environment variable that is not set.
   *
   * @param settings by Kafka's own keys
   */
  public static List<String> problems(Map<String, String> settings) {
    List<String> problems = new ArrayList<>();
    new TreeMap<>(settings)
        .forEach((key, value) -> problem(key, value, "").ifPresent(problems::add));
    problems.addAll(Secrets.missing(settings, ""));
    return problems;
  }

  /**
   * The problem of a setting.
   *
   * @param key Kafka's own key
   * @param prefix what the user writes before it
   */
  static Optional<String> problem(String key, String value, String prefix) {
    if (!isDeclared(key)) {
      return NearestKey.meant(key, DECLARED)
          .map(
              nearest ->
                  "Unknown key %s%s (did you mean %s%s?)".formatted(prefix, key, prefix, nearest));
    }
    if (Secrets.refers(value)) {
      return Optional.empty(); // known where the client runs
    }

    if (key.equals(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG)) {
      return addressProblem(value, prefix + key);
    }
    for (ConfigDef client : CLIENTS) {
      ConfigDef.ConfigKey declared = client.configKeys().get(key);
      if (declared != null) {
        return problem(declared, value, prefix);
      }
    }
    return Optional.empty();
  }

  /** Kafka's declaration takes any text here; a client that starts does not. */
  private static Optional<String> addressProblem(String addresses, String key) {
    boolean isWhole =
        Stream.of(addresses.split(",", -1))
            .map(String::strip)
            .allMatch(each -> Utils.getHost(each) != null && Utils.getPort(each) != null);
    return isWhole
        ? Optional.empty()
        : Optional.of(
            "Invalid %s: %s (write HOST:PORT, such as localhost:9092; separate several by commas)"
                .formatted(key, addresses));
  }

  /** Whether Kafka's clients, or Flink's connector, declare a key. */
  static boolean isDeclared(String key) {
    return DECLARED.contains(key) || key.startsWith(PROVIDERS);
  }

  private static Optional<String> problem(
      ConfigDef.ConfigKey declared, String value, String prefix) {
    try {
      Object parsed = ConfigDef.parseType(declared.name, value, declared.type);
      if (declared.validator != null) {
        declared.validator.ensureValid(declared.name, parsed);
      }
      return Optional.empty();
    } catch (ConfigException e) {
      String shown = declared.type == ConfigDef.Type.PASSWORD ? "(hidden)" : value;
      String why = String.valueOf(e.getMessage()).replaceFirst(".* for configuration [^:]+: ", "");
      return Optional.of(
          "Invalid %s%s: %s (Kafka: %s)".formatted(prefix, declared.name, shown, why));
    }
  }

  private static Set<String> declared() {
    Set<String> keys = new TreeSet<>();
    CLIENTS.forEach(client -> keys.addAll(client.names()));
    keys.add(KafkaSourceOptions.CLIENT_ID_PREFIX.key());
    keys.add(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key());
    keys.add(KafkaSourceOptions.REGISTER_KAFKA_CONSUMER_METRICS.key());
    keys.add(KafkaSourceOptions.COMMIT_OFFSETS_ON_CHECKPOINT.key());
    return keys;
  }
}
