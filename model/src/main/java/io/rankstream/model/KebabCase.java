package io.rankstream.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Names of enum constants outside of Java: {@code TRIPLET_SEMI_HARD} is {@code triplet-semi-hard}
 * in settings, on the command line and in files.
 */
public final class KebabCase {

  private KebabCase() {}

  /** The name of a constant: lower case, with hyphens in place of underscores. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The constant of a name. Upper case and underscores are accepted too.
   *
   * @throws IllegalArgumentException when no constant has this name; the message lists those that
   *     are accepted
   */
  public static <E extends Enum<E>> E parse(Class<E> type, String name) {
    String hyphenated = name.replace('_', '-');
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> of(constant).equalsIgnoreCase(hyphenated))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid value: %s (must be one of %s)".formatted(name, names(type))));
  }

  /** The names of all constants, separated by commas. */
  public static String names(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(KebabCase::of)
        .collect(Collectors.joining(", "));
  }
}
