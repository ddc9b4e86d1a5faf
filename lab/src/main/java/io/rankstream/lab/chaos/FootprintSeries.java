package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.Footprint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.hipparchus.stat.regression.SimpleRegression;

/** Readings of what a process takes of the machine, over training steps. */
final class FootprintSeries {

  private static final int FEWEST = 3;

  private final List<Reading> readings = new ArrayList<>();

  private record Reading(long step, Footprint footprint) {}

  /** Adds a reading after a number of steps. */
  void add(long step, Footprint footprint) {
    readings.add(new Reading(step, footprint));
  }

  /**
   * The slopes of the least-squares lines through the readings, as a sentence.
   *
   * @param warmUp share of the readings to leave out at the start, 0 to 1
   */
  String slopes(double warmUp) {
    List<Reading> warm = readings.subList((int) (warmUp * readings.size()), readings.size());
    if (warm.size() < FEWEST) {
      return "Too few readings for a slope: let it run longer (--soak)";
    }
    return "Slopes in 1,000 steps after the warm-up (standard error, %d readings): resident %s kB, threads %s, descriptors %s"
        .formatted(
            warm.size(),
            slope(warm, Footprint::residentKilobytes),
            slope(warm, Footprint::threads),
            slope(warm, Footprint::descriptors));
  }

  private static String slope(List<Reading> readings, ToLongFunction<Footprint> value) {
    SimpleRegression line = new SimpleRegression();
    readings.forEach(
        each -> line.addData(each.step() / 1e3, (double) value.applyAsLong(each.footprint())));
    return "%+.2f (%.2f)".formatted(line.getSlope(), line.getSlopeStdErr());
  }
}
