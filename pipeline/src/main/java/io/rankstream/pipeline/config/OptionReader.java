package io.rankstream.pipeline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/** Reads options and remembers every problem instead of stopping at the first. */
final class OptionReader {

  private final Configuration given;
  private final Configuration configuration;
  private final List<String> problems = new ArrayList<>();

  OptionReader(Configuration configuration) {
    this.given = configuration;
    this.configuration = withJavaConstants(configuration);
  }

  /** The value of an option, or its default after a problem was noted. */
  <T> T read(ConfigOption<T> option) {
    return read(option, value -> true, "");
  }

  /**
   * The value of an option, or its default after a problem was noted.
   *
   * @param rule what a good value fulfils
   * @param accepted the rule in words, as in "must be positive"
   */
  <T> T read(ConfigOption<T> option, Predicate<T> rule, String accepted) {
    T value;
    try {
      value = configuration.get(option);
    } catch (IllegalArgumentException e) {
      problems.add(invalid(option, accepted.isEmpty() ? expected(option) : accepted));
      return option.defaultValue();
    }

    if (!rule.test(value)) {
      problems.add(invalid(option, accepted));
      return option.defaultValue();
    }

    return value;
  }

  void problem(String sentence) {
    problems.add(sentence);
  }

  void throwIfProblems() {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  private String invalid(ConfigOption<?> option, String accepted) {
    return "Invalid %s: %s (%s)".formatted(option.key(), given.toMap().get(option.key()), accepted);
  }

  /** What the type of an option accepts, in words. */
  private static String expected(ConfigOption<?> option) {
    return option.defaultValue() instanceof Enum<?>
        ? "must be one of " + OptionText.type(option)
        : "must be a %s such as %s"
            .formatted(OptionText.type(option), OptionText.defaultValue(option));
  }

  /** Flink matches constants by their Java name, users write kebab-case. */
  private static Configuration withJavaConstants(Configuration configuration) {
    Configuration copy = new Configuration(configuration);
    for (ConfigOption<?> option : JobOptions.all()) {
      String given = copy.toMap().get(option.key());
      if (given != null && option.defaultValue() instanceof Enum<?>) {
        copy.setString(option.key(), given.replace('-', '_'));
      }
    }

    return copy;
  }
}
