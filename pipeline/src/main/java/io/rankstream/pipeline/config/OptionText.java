package io.rankstream.pipeline.config;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/**
 * Options in the words of the user: types, defaults and constants as they are written in a
 * configuration file.
 */
final class OptionText {

  private OptionText() {}

  /** The default of an option as a user would write it. */
  static String defaultValue(ConfigOption<?> option) {
    Object value = option.defaultValue();
    if (value instanceof Enum<?> constant) {
      return constant(constant);
    }
    if (Duration.ZERO.equals(value)) {
      return "0 s";
    }
    if (value instanceof Duration duration) {
      return TimeUtils.formatWithHighestUnit(duration);
    }
    if (value instanceof MemorySize size) {
      return size.getMebiBytes() + " mb";
    }
    if (value instanceof List<?> list) {
      return list.stream().map(String::valueOf).collect(Collectors.joining(";"));
    }

    return String.valueOf(value);
  }

  /** What an option accepts: its constants, or the name of its type. */
  static String type(ConfigOption<?> option) {
    Object value = option.defaultValue();
    if (value instanceof Enum<?> constant) {
      return Arrays.stream(constant.getDeclaringClass().getEnumConstants())
          .map(OptionText::constant)
          .collect(Collectors.joining(", "));
    }
    if (value instanceof Duration) {
      return "duration";
    }
    if (value instanceof MemorySize) {
      return "size";
    }
    if (value instanceof List<?>) {
      return "list";
    }

    return value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static String constant(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
