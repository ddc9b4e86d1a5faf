package io.rankstream.pipeline.config;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.Configuration;

/** Tells which settings nobody has checked: keys that only a plugin of Flink or Kafka can know. */
public final class UncheckedKeys {

  private UncheckedKeys() {}

  /** One sentence for each such key. */
  public static List<String> of(Configuration configuration) {
    Set<String> keys = new TreeSet<>(configuration.keySet());
    return keys.stream()
        .filter(KeyCheck::isUnchecked)
        .map(
            key ->
                "The key %s goes to %s unchecked: only a plugin can know it, so look it up if there is none"
                    .formatted(key, key.startsWith(KeyCheck.KAFKA_PREFIX) ? "Kafka" : "Flink"))
        .toList();
  }
}
