package io.rankstream.pipeline.config;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A condition on a value together with its wording: a message cannot name another condition than
 * the one that is enforced.
 *
 * @param <T> type of the values
 */
public final class Rule<T> {

  private final Predicate<T> condition;
  private final String accepted;

  private Rule(Predicate<T> condition, String accepted) {
    this.condition = condition;
    this.accepted = accepted;
  }

  /**
   * A condition with a wording of its own.
   *
   * @param accepted completes "must be …", such as "a power of two"
   */
  public static <T> Rule<T> that(Predicate<T> condition, String accepted) {
    return new Rule<>(condition, accepted);
  }

  /** Values from {@code min} on. */
  public static <T extends Comparable<T>> Rule<T> atLeast(T min) {
    return compared(min, order -> order >= 0, "at least ");
  }

  /** Values up to {@code max}. */
  public static <T extends Comparable<T>> Rule<T> atMost(T max) {
    return compared(max, order -> order <= 0, "at most ");
  }

  /** Values above {@code bound}, without it. */
  public static <T extends Comparable<T>> Rule<T> above(T bound) {
    return compared(bound, order -> order > 0, "above ");
  }

  /** Values below {@code bound}, without it. */
  public static <T extends Comparable<T>> Rule<T> below(T bound) {
    return compared(bound, order -> order < 0, "below ");
  }

  /** Values from {@code min} to {@code max}, both included. */
  public static <T extends Comparable<T>> Rule<T> between(T min, T max) {
    return new Rule<>(
        atLeast(min).and(atMost(max)).condition,
        "%s to %s".formatted(ValueText.of(min), ValueText.of(max)));
  }

  /** One of some values. */
  public static <T> Rule<T> oneOf(List<T> values) {
    int last = values.size() - 1;
    String others =
        values.subList(0, last).stream().map(ValueText::of).collect(Collectors.joining(", "));
    return new Rule<>(
        values::contains,
        (others.isEmpty() ? "" : others + " or ") + ValueText.of(values.get(last)));
  }

  private static <T extends Comparable<T>> Rule<T> compared(
      T bound, IntPredicate condition, String wording) {
    return new Rule<>(
        value -> !Double.valueOf(Double.NaN).equals(value) && condition.test(order(value, bound)),
        wording + ValueText.of(bound));
  }

  /** The order of two values; −0.0 and 0.0 are equal. */
  private static <T extends Comparable<T>> int order(T value, T bound) {
    return value instanceof Double number && bound instanceof Double other
        ? Double.compare(number + 0.0, other + 0.0)
        : value.compareTo(bound);
  }

  /** Both conditions. */
  public Rule<T> and(Rule<T> other) {
    return new Rule<>(condition.and(other.condition), accepted + " and " + other.accepted);
  }

  /**
   * This condition, or a value that stands for something else.
   *
   * @param meaning completes the value, as in "0 for any length"
   */
  public Rule<T> or(T value, String meaning) {
    return new Rule<>(
        condition.or(value::equals),
        "%s, or %s %s".formatted(accepted, ValueText.of(value), meaning));
  }

  /**
   * The same condition with its reason.
   *
   * @param reason follows the wording after a comma, as in "or no anchor has a negative"
   */
  public Rule<T> because(String reason) {
    return new Rule<>(condition, accepted + ", " + reason);
  }

  /** Whether a value satisfies the condition. */
  public boolean accepts(T value) {
    return condition.test(value);
  }

  /** The condition in words; completes "must be …". */
  public String accepted() {
    return accepted;
  }

  /**
   * Checks an argument.
   *
   * @param name name of the argument, as the user knows it
   * @throws UsageException with name, value and rule when the value is not accepted
   */
  public void require(String name, T value) {
    if (!accepts(value)) {
      throw new UsageException(violation(name, value, accepted));
    }
  }

  /** The message about a value that is not accepted. */
  static String violation(String name, Object value, String accepted) {
    return "Invalid %s: %s (must be %s)".formatted(name, value, accepted);
  }
}
