package io.rankstream.pipeline.config;

import static org.apache.flink.configuration.ConfigOptions.key;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;

/**
 * A setting under declaration: {@code integer("batch.classes", 8).atLeast(2).means("…")}.
 *
 * @param <T> type of its values
 */
class SettingDraft<T> {

  private final ConfigOption<T> option;
  private final ValueType type;
  private Rule<T> rule;
  private UnaryOperator<String> display = UnaryOperator.identity();

  private SettingDraft(ConfigOption<T> option, ValueType type, Rule<T> rule) {
    this.option = option;
    this.type = type;
    this.rule = rule;
  }

  /** A draft of a setting whose values have an order. */
  static final class Ordered<T extends Comparable<T>> extends SettingDraft<T> {

    private Ordered(ConfigOption<T> option, ValueType type) {
      super(option, type, null);
    }

    Ordered<T> atLeast(T min) {
      return and(Rule.atLeast(min));
    }

    /**
     * @param reason follows the rule after a comma
     */
    Ordered<T> atLeast(T min, String reason) {
      return and(Rule.atLeast(min).because(reason));
    }

    Ordered<T> atMost(T max) {
      return and(Rule.atMost(max));
    }

    Ordered<T> above(T bound) {
      return and(Rule.above(bound));
    }

    Ordered<T> below(T bound) {
      return and(Rule.below(bound));
    }

    Ordered<T> between(T min, T max) {
      return and(Rule.between(min, max));
    }

    private Ordered<T> and(Rule<T> other) {
      add(other);
      return this;
    }
  }

  /** A draft of a setting whose values are texts. */
  static final class Text extends SettingDraft<String> {

    private Text(ConfigOption<String> option) {
      super(option, ValueType.TEXT, null);
    }

    /** A word that stands for a number, or a number. */
    Text numberOr(String word, Rule<Double> rule) {
      add(
          Rule.that(
              value -> value.equalsIgnoreCase(word) || isNumber(value, rule),
              "%s or a number of %s".formatted(word, rule.accepted())));
      return this;
    }

    private static boolean isNumber(String value, Rule<Double> rule) {
      try {
        double number = Double.parseDouble(value);
        return Double.isFinite(number) && rule.accepts(number);
      } catch (NumberFormatException e) {
        return false;
      }
    }
  }

  static Ordered<Integer> integer(String key, int byDefault) {
    return new Ordered<>(key(key).intType().defaultValue(byDefault), ValueType.INTEGER);
  }

  static Ordered<Long> longInteger(String key, long byDefault) {
    return new Ordered<>(key(key).longType().defaultValue(byDefault), ValueType.LONG);
  }

  static Ordered<Double> number(String key, double byDefault) {
    return new Ordered<>(key(key).doubleType().defaultValue(byDefault), ValueType.NUMBER);
  }

  static Ordered<Duration> duration(String key, Duration byDefault) {
    return new Ordered<>(key(key).durationType().defaultValue(byDefault), ValueType.DURATION);
  }

  static Ordered<MemorySize> size(String key, MemorySize byDefault) {
    return new Ordered<>(key(key).memoryType().defaultValue(byDefault), ValueType.SIZE);
  }

  static SettingDraft<Boolean> flag(String key, boolean byDefault) {
    return new SettingDraft<>(
        key(key).booleanType().defaultValue(byDefault),
        ValueType.BOOLEAN,
        Rule.that(value -> true, "true or false"));
  }

  static <E extends Enum<E>> SettingDraft<E> choice(String key, E byDefault) {
    Class<E> constants = byDefault.getDeclaringClass();
    return new SettingDraft<>(
        key(key).enumType(constants).defaultValue(byDefault),
        ValueType.CHOICE,
        Rule.that(
            value -> true,
            Arrays.stream(constants.getEnumConstants())
                .map(ValueText::of)
                .collect(Collectors.joining(", ", "one of ", ""))));
  }

  static Text text(String key, String byDefault) {
    return new Text(key(key).stringType().defaultValue(byDefault));
  }

  /** The name of a topic. */
  static SettingDraft<String> topic(String key, String byDefault) {
    return text(key, byDefault)
        .matching(
            name -> name.matches("[a-zA-Z0-9._-]{1,249}") && !name.matches("[.]{1,2}"),
            "1 to 249 letters, digits, '.', '_' or '-', other than '.' and '..', as Kafka requires");
  }

  static SettingDraft<List<String>> list(String key, String... byDefault) {
    return new SettingDraft<>(
        key(key).stringType().asList().defaultValues(byDefault), ValueType.LIST, null);
  }

  /** Any value of the type; {@code accepted} describes it. */
  SettingDraft<T> any(String accepted) {
    return matching(value -> true, accepted);
  }

  /**
   * @param accepted completes "must be …"
   */
  SettingDraft<T> matching(Predicate<T> condition, String accepted) {
    return add(Rule.that(condition, accepted));
  }

  SettingDraft<T> oneOf(List<T> values) {
    return add(Rule.oneOf(values));
  }

  /**
   * Accepts a value beside those of the rule.
   *
   * @param meaning completes the value, as in "0 for any length"
   */
  SettingDraft<T> or(T value, String meaning) {
    rule = rule.or(value, meaning);
    return this;
  }

  /** Changes the values that messages show, so that they repeat no password. */
  SettingDraft<T> shownAs(UnaryOperator<String> display) {
    this.display = display;
    return this;
  }

  /**
   * The setting.
   *
   * @param meaning one or more sentences for the configuration page
   */
  Setting<T> means(String meaning) {
    return new Setting<>(option, type, rule, display, meaning);
  }

  final SettingDraft<T> add(Rule<T> other) {
    rule = rule == null ? other : rule.and(other);
    return this;
  }
}
