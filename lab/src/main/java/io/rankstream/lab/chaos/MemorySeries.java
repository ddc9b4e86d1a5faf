package io.rankstream.lab.chaos;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.stat.regression.SimpleRegression;

/** Readings of resident memory over training steps. */
final class MemorySeries {

  private final List<double[]> readings = new ArrayList<>();

  /** Adds a reading of resident memory after a number of steps. */
  void add(long step, long kilobytes) {
    readings.add(new double[] {step, kilobytes});
  }

  /**
   * The slope of the least-squares line through the readings, as a sentence.
   *
   * @param warmUp share of the readings to leave out at the start, 0 to 1
   */
  String slope(double warmUp) {
    SimpleRegression line = new SimpleRegression();
    readings.stream()
        .skip((long) (warmUp * readings.size()))
        .forEach(reading -> line.addData(reading[0], reading[1]));
    return line.getN() < 3
        ? "Too few readings for a slope: give more images (--images)"
        : "Slope after the warm-up: %+.1f kB in 1,000 steps (standard error %.1f, %d readings)"
            .formatted(line.getSlope() * 1000, line.getSlopeStdErr() * 1000, line.getN());
  }
}
