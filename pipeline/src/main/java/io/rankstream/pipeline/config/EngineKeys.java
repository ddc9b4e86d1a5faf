package io.rankstream.pipeline.config;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.configuration.*;

/**
 * The keys that Flink declares, checked by Flink's own declarations. Its plugins declare more, so a
 * key that is not here may be right.
 */
final class EngineKeys {

  private static final List<Class<?>> DECLARATIONS =
      List.of(
          AlgorithmOptions.class,
          BatchExecutionOptions.class,
          BlobServerOptions.class,
          CheckpointingOptions.class,
          CleanupOptions.class,
          ClusterOptions.class,
          CoreOptions.class,
          DeploymentOptions.class,
          ExecutionOptions.class,
          ExternalResourceOptions.class,
          HeartbeatManagerOptions.class,
          HighAvailabilityOptions.class,
          JobManagerOptions.class,
          MetricOptions.class,
          NettyShuffleEnvironmentOptions.class,
          OptimizerOptions.class,
          PipelineOptions.class,
          ResourceManagerOptions.class,
          RestOptions.class,
          RestartStrategyOptions.class,
          RpcOptions.class,
          SecurityOptions.class,
          StateBackendOptions.class,
          StateChangelogOptions.class,
          StateLatencyTrackOptions.class,
          StateRecoveryOptions.class,
          TaskManagerOptions.class,
          TraceOptions.class,
          WebOptions.class);

  /** Declarations that not every class path has. */
  private static final List<String> MORE =
      List.of(
          "org.apache.flink.state.rocksdb.RocksDBOptions",
          "org.apache.flink.state.rocksdb.RocksDBConfigurableOptions",
          "org.apache.flink.state.rocksdb.RocksDBNativeMetricOptions",
          "org.apache.flink.runtime.highavailability.JobResultStoreOptions",
          "org.apache.flink.configuration.StateSizeTrackOptions",
          "org.apache.flink.configuration.EventOptions");

  /** Directories that Flink refuses without a scheme, when the job has started. */
  private static final Set<String> NEED_A_SCHEME =
      Set.of(
          CheckpointingOptions.CHECKPOINTS_DIRECTORY.key(),
          CheckpointingOptions.SAVEPOINT_DIRECTORY.key());

  private static final Map<String, ConfigOption<?>> DECLARED = declared();

  private EngineKeys() {}

  /** Whether Flink itself declares a key. */
  static boolean isDeclared(String key) {
    return DECLARED.containsKey(key) || isEntryOf(DECLARED.get(key.replaceFirst("\\.[^.]*$", "")));
  }

  /** The declared keys. */
  static Set<String> declaredKeys() {
    return DECLARED.keySet();
  }

  /** The problem of a value, by the declaration of its key. */
  static Optional<String> problem(String key, Configuration configuration) {
    String given = configuration.toMap().get(key);
    if (NEED_A_SCHEME.contains(key) && given.startsWith("/")) {
      return Optional.of(Rule.violation(key, given, "a URI, such as file://%s".formatted(given)));
    }
    if (NEED_A_SCHEME.contains(key) && !hasScheme(given)) {
      return Optional.of(Rule.violation(key, given, "a URI, such as file:///path"));
    }

    ConfigOption<?> option = DECLARED.get(key);
    if (option == null) {
      return Optional.empty();
    }
    try {
      configuration.getOptional(option);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      String shown = GlobalConfiguration.isSensitive(key) ? "(hidden)" : given;
      return Optional.of(
          "Invalid %s: %s (Flink: %s)"
              .formatted(key, shown, String.valueOf(root.getMessage()).lines().findFirst().get()));
    }
  }

  /** The entries of a map can be keys of their own below that of the map. */
  private static boolean isEntryOf(ConfigOption<?> option) {
    return option != null && (!option.hasDefaultValue() || option.defaultValue() instanceof Map);
  }

  private static boolean hasScheme(String address) {
    try {
      return URI.create(address).getScheme() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Map<String, ConfigOption<?>> declared() {
    Map<String, ConfigOption<?>> declared = new TreeMap<>();
    DECLARATIONS.forEach(type -> add(type, declared));
    for (String name : MORE) {
      try {
        add(Class.forName(name), declared);
      } catch (ClassNotFoundException | LinkageError e) {
        // its keys stay unknown, which is told and does no harm
      }
    }
    return Collections.unmodifiableMap(declared);
  }

  private static void add(Class<?> declarations, Map<String, ConfigOption<?>> declared) {
    for (Field field : declarations.getFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
        try {
          ConfigOption<?> option = (ConfigOption<?>) field.get(null);
          declared.put(option.key(), option);
          option.fallbackKeys().forEach(key -> declared.putIfAbsent(key.getKey(), option));
        } catch (IllegalAccessException e) {
          throw new IllegalStateException(e); // getFields gives public ones alone
        }
      }
    }
  }
}
