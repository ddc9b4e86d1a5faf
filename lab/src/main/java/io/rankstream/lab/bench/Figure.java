package io.rankstream.lab.bench;

import java.util.Arrays;
import java.util.Map;
import org.hipparchus.stat.descriptive.rank.Median;

/**
 * One figure of a benchmark: the median of several measured windows.
 *
 * @param name name of the measurement, with its parameters
 * @param unit unit, such as {@code steps/s}, {@code ms} or {@code ratio}
 * @param median median over the windows
 * @param least smallest window
 * @param most largest window
 * @param windows number of windows
 * @param load load average of the last minute; negative where the system has none
 * @param notes further figures of the same measurement
 */
public record Figure(
    String name,
    String unit,
    double median,
    double least,
    double most,
    int windows,
    double load,
    Map<String, Double> notes) {

  /** A figure over measured windows, at least one. */
  static Figure of(String name, String unit, double... windows) {
    return of(name, unit, Map.of(), windows);
  }

  /**
   * The ratios of two contestants' windows, round by round: both met the same pace of the machine.
   */
  static Figure ratio(String name, double[] numerators, double[] denominators) {
    double[] ratios = new double[numerators.length];
    Arrays.setAll(ratios, round -> numerators[round] / denominators[round]);
    return of(name, "ratio", ratios);
  }

  /** A figure over measured windows, at least one, with further ones beside it. */
  static Figure of(String name, String unit, Map<String, Double> notes, double... windows) {
    return new Figure(
        name,
        unit,
        new Median().evaluate(windows),
        Arrays.stream(windows).min().orElseThrow(),
        Arrays.stream(windows).max().orElseThrow(),
        windows.length,
        Machine.load(),
        notes);
  }
}
