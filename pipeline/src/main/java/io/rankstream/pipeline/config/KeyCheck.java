package io.rankstream.pipeline.config;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Recognises known keys: the job's own, those of the Kafka clients and those of Flink. */
final class KeyCheck {

  /** Prefix of the settings that go to the Kafka clients, which get them without it. */
  static final String KAFKA_PREFIX = "kafka.";

  /** First words of Flink's own keys; Flink checks these settings itself. */
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

  /** The problem of a key with the nearest known one, or empty when the key is known. */
  static Optional<String> problem(String key) {
    if (OURS.contains(key) || key.startsWith(KAFKA_PREFIX) || isEngineKey(key)) {
      return Optional.empty();
    }

    String nearest =
        OURS.stream().min(Comparator.comparing(known -> distance(known, key))).orElseThrow();
    return Optional.of("Unknown key %s (did you mean %s?)".formatted(key, nearest));
  }

  /** Whether a key is one of Flink's own. */
  static boolean isEngineKey(String key) {
    return ENGINE.contains(key.contains(".") ? key.substring(0, key.indexOf('.')) : key);
  }

  private static int distance(String known, String key) {
    return LevenshteinDistance.getDefaultInstance().apply(known, key);
  }
}
