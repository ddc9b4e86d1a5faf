package io.rankstream.pipeline.config;

import io.rankstream.model.KebabCase;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * A setting of the job: key, type, default, rule and meaning from one declaration in {@link
 * JobOptions}.
 *
 * @param <T> type of its values
 */
public final class Setting<T> {

  private final ConfigOption<T> option;
  private final ValueType type;
  private final Rule<T> rule;
  private final UnaryOperator<String> display;
  private final String meaning;

  /**
   * @param display makes a value fit to be shown in a message: no passwords
   * @param meaning a sentence for the configuration page
   */
  Setting(
      ConfigOption<T> option,
      ValueType type,
      Rule<T> rule,
      UnaryOperator<String> display,
      String meaning) {
    this.option = option.withDescription(meaning);
    this.type = type;
    this.rule = rule;
    this.display = display;
    this.meaning = meaning;
  }

  /** The key in a configuration, such as {@code batch.classes}. */
  public String key() {
    return option.key();
  }

  /** The value that holds where none is given. */
  public T defaultValue() {
    return option.defaultValue();
  }

  /** The values that are accepted; completes "must be …". */
  public String accepted() {
    return rule.accepted();
  }

  /** The same setting in Flink's terms. */
  ConfigOption<T> option() {
    return option;
  }

  ValueType type() {
    return type;
  }

  String meaning() {
    return meaning;
  }

  /** The problem of a value, as one sentence, or empty when it is accepted. */
  public Optional<String> problem(T value) {
    return problem(value, ValueText.of(value));
  }

  /**
   * @param given the value as the user wrote it
   */
  Optional<String> problem(T value, String given) {
    return rule.accepts(value) ? Optional.empty() : Optional.of(violation(given, accepted()));
  }

  /** The sentence about a text that is no value of the type. */
  String unreadable(String given) {
    return violation(
        given,
        type.description(defaultValue())
            .map(description -> description + ": " + accepted())
            .orElse(accepted()));
  }

  /** A value as it may be shown to people: no passwords. */
  String shown(T value) {
    return display.apply(ValueText.of(value));
  }

  /** The sentence about a value that does not fit another setting. */
  String violation(String given, String accepted) {
    return Rule.violation(key(), display.apply(given), accepted);
  }

  /**
   * The value in a configuration that has one.
   *
   * @throws IllegalArgumentException when the given text is no value of the type
   */
  T in(Configuration configuration) {
    return type == ValueType.CHOICE
        ? constant(defaultValue(), configuration.toMap().get(key()))
        : configuration.get(option);
  }

  /** Users write kebab case; Flink's parser accepts only the Java names. */
  @SuppressWarnings("unchecked") // the constants of an enum have one type
  private static <T> T constant(T sibling, String name) {
    return (T) KebabCase.parse(((Enum<?>) sibling).getDeclaringClass(), name);
  }
}
