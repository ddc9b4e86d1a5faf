package io.rankstream.pipeline.cli;

import java.time.Duration;
import org.apache.flink.util.TimeUtils;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as the settings of a job have them, such as {@code 10 min}. */
final class DurationConverter implements ITypeConverter<Duration> {

  @Override
  public Duration convert(String value) {
    try {
      return TimeUtils.parseDuration(value);
    } catch (IllegalArgumentException e) { // NumberFormatException too
      throw new TypeConversionException(
          "'%s' (must be a number and a unit, such as 90 min or 2 h)".formatted(value));
    }
  }
}
