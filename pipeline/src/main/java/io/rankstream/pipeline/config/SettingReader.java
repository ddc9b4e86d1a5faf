package io.rankstream.pipeline.config;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.Configuration;

/** Reads settings and remembers every problem instead of stopping at the first. */
final class SettingReader {

  private final Configuration configuration;
  private final Configuration defaults; // of the recipe; wins over those of the declarations
  private final Set<String> problems = new LinkedHashSet<>(); // a setting may be read twice

  SettingReader(Configuration configuration) {
    this.configuration = configuration;
    defaults =
        given(JobOptions.MODEL_RECIPE).orElse(JobOptions.MODEL_RECIPE.defaultValue()).defaults();
  }

  /** The value of a setting, or its default after a problem was noted. */
  <T> T read(Setting<T> setting) {
    return given(setting).orElseGet(() -> byDefault(setting));
  }

  private <T> T byDefault(Setting<T> setting) {
    return defaults.contains(setting.option()) ? setting.in(defaults) : setting.defaultValue();
  }

  /** Whether there is a value of a setting that is not its default. */
  boolean isGiven(Setting<?> setting) {
    return configuration.contains(setting.option());
  }

  /** The value that was given, or empty where there is none or a problem was noted. */
  private <T> Optional<T> given(Setting<T> setting) {
    if (!configuration.contains(setting.option())) {
      return Optional.empty();
    }

    String given = configuration.toMap().get(setting.key());
    T value;
    try {
      value = setting.in(configuration);
    } catch (IllegalArgumentException e) {
      problems.add(setting.unreadable(given));
      return Optional.empty();
    }

    Optional<String> problem = setting.problem(value, given);
    problem.ifPresent(problems::add);
    return problem.isPresent() ? Optional.empty() : Optional.of(value);
  }

  /** Notes a problem when the value of a setting is below that of another. */
  <T extends Comparable<T>> void requireAtLeast(Setting<T> setting, Setting<T> floor) {
    T value = read(setting);
    T min = read(floor);
    if (value.compareTo(min) < 0) {
      problem(bound(setting, value, "at least", floor, min));
    }
  }

  /** Notes a problem when the value of a setting is above that of another. */
  <T extends Comparable<T>> void requireAtMost(Setting<T> setting, Setting<T> ceiling) {
    T value = read(setting);
    T max = read(ceiling);
    if (value.compareTo(max) > 0) {
      problem(bound(setting, value, "at most", ceiling, max));
    }
  }

  private static <T> String bound(
      Setting<T> setting, T value, String relation, Setting<T> other, T bound) {
    return setting.violation(
        ValueText.of(value), "%s %s = %s".formatted(relation, other.key(), ValueText.of(bound)));
  }

  /** Whether the value of a setting was refused, so that its default stands for it. */
  boolean isRefused(Setting<?> setting) {
    return problems.stream()
        .anyMatch(each -> each.startsWith("Invalid %s:".formatted(setting.key())));
  }

  void problem(String sentence) {
    problems.add(sentence);
  }

  void throwIfProblems() {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(List.copyOf(problems));
    }
  }
}
