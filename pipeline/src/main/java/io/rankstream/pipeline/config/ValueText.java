package io.rankstream.pipeline.config;

import io.rankstream.model.KebabCase;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.util.TimeUtils;

/** Values as they are written in a configuration file. */
final class ValueText {

  private static final List<String> SIZE_UNITS = List.of("b", "kb", "mb", "gb");

  private ValueText() {}

  /** A constant in kebab case, a duration or size with its unit, a list separated by ';'. */
  static String of(Object value) {
    if (value instanceof Enum<?> constant) {
      return KebabCase.of(constant);
    }
    if (value instanceof Double number) {
      return number(number);
    }
    if (value instanceof Duration duration) {
      return duration.isZero() ? "0 s" : TimeUtils.formatWithHighestUnit(duration);
    }
    if (value instanceof MemorySize size) {
      return size(size.getBytes());
    }
    if (value instanceof List<?> list) {
      return list.stream().map(String::valueOf).collect(Collectors.joining(";"));
    }

    return String.valueOf(value);
  }

  /** 0.001, 40 and 1e30 in place of Java's 0.001, 40.0 and 1.0E30. */
  private static String number(double value) {
    String text = Double.toString(value);
    return text.contains("E")
        ? text.replace(".0E", "E").toLowerCase(Locale.ROOT)
        : new BigDecimal(text).stripTrailingZeros().toPlainString();
  }

  /** A size in the largest unit in which it is a whole number. */
  private static String size(long bytes) {
    long amount = bytes;
    int unit = 0;
    while (amount > 0 && amount % 1024 == 0 && unit < SIZE_UNITS.size() - 1) {
      amount /= 1024;
      unit++;
    }

    return amount + " " + SIZE_UNITS.get(unit);
  }
}
