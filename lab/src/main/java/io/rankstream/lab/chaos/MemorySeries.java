package io.rankstream.lab.chaos;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.stat.regression.SimpleRegression;

/** Resident memory over training steps. */
final class MemorySeries {

  private final List<double[]> readings = new ArrayList<>();

  void add(long step, long kilobytes) {
    readings.add(new double[] {step, kilobytes});
  }

  /**
   * The slope of a line through the readings.
   *
   * @param warmUp share of the readings that are left out at the start
   */
  String slope(double warmUp) {
    SimpleRegression line = new SimpleRegression();
    readings.stream()
        .skip((long) (warmUp * readings.size()))
        .forEach(reading -> line.addData(reading[0], reading[1]));
    return line.getN() < 3
        ? "Too few readings for a slope"
        : "Slope after the warm-up: %+.1f kB in 1,000 steps (standard error %.1f, %d readings)"
            .formatted(line.getSlope() * 1000, line.getSlopeStdErr() * 1000, line.getN());
  }
}
