package io.rankstream.pipeline.config;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.Configuration;

/** Recognises known keys: the job's own, those of the Kafka clients and those of Flink. */
final class KeyCheck {

  /** Prefix of the settings that go to the Kafka clients, which get them without it. */
  static final String KAFKA_PREFIX = "kafka.";

  /** First words of Flink's own keys and of those of its plugins. */
  private static final Set<String> ENGINE =
      Set.of(
          "akka",
          "blob",
          "classloader",
          "client",
          "cluster",
          "env",
          "execution",
          "external-resource",
          "external-resources",
          "fs",
          "gs",
          "heartbeat",
          "high-availability",
          "high-availability-type",
          "historyserver",
          "io",
          "job-result-store",
          "jobmanager",
          "jobstore",
          "kubernetes",
          "metrics",
          "parallelism",
          "pekko",
          "pipeline",
          "plugin",
          "process",
          "queryable-state",
          "resourcemanager",
          "rest",
          "restart-strategy",
          "s3",
          "security",
          "slot",
          "slotmanager",
          "state",
          "task",
          "taskmanager",
          "traces",
          "web",
          "yarn",
          "zookeeper");

  private static final List<String> OURS = JobOptions.all().stream().map(Setting::key).toList();

  private KeyCheck() {}

  /** The problem of a setting: its key is not known, or Kafka or Flink refuse its value. */
  static Optional<String> problem(String key, Configuration configuration) {
    String value = configuration.toMap().get(key);
    if (Tilde.begins(value)) {
      return Optional.of("Invalid %s: %s (%s)".formatted(key, value, Tilde.advice(value)));
    }
    if (OURS.contains(key)) {
      return Optional.empty();
    }
    if (key.startsWith(KAFKA_PREFIX)) {
      return KafkaKeys.problem(key.substring(KAFKA_PREFIX.length()), value, KAFKA_PREFIX);
    }
    if (EngineKeys.isDeclared(key)) {
      return EngineKeys.problem(key, configuration);
    }
    if (isEngineKey(key)) {
      return NearestKey.meant(key, EngineKeys.declaredKeys()).map(nearest -> unknown(key, nearest));
    }

    return Optional.of(unknown(key, NearestKey.of(key, OURS)));
  }

  /** Whether a key is accepted although neither Flink nor Kafka declare it. */
  static boolean isUnchecked(String key) {
    return key.startsWith(KAFKA_PREFIX)
        ? !KafkaKeys.isDeclared(key.substring(KAFKA_PREFIX.length()))
        : isEngineKey(key) && !OURS.contains(key) && !EngineKeys.isDeclared(key);
  }

  /** Whether a key is one of Flink's own. */
  static boolean isEngineKey(String key) {
    return ENGINE.contains(key.contains(".") ? key.substring(0, key.indexOf('.')) : key);
  }

  private static String unknown(String key, String nearest) {
    return "Unknown key %s (did you mean %s?)".formatted(key, nearest);
  }
}
