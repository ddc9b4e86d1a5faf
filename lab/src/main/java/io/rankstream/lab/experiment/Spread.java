package io.rankstream.lab.experiment;

import java.util.Locale;
import org.hipparchus.stat.descriptive.DescriptiveStatistics;

/**
 * A figure over the seeds of an arm.
 *
 * @param mean mean over the seeds
 * @param deviation population standard deviation over the seeds
 */
public record Spread(double mean, double deviation) {

  static Spread of(double[] values) {
    DescriptiveStatistics statistics = new DescriptiveStatistics(values);
    return new Spread(statistics.getMean(), Math.sqrt(statistics.getPopulationVariance()));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.4f ± %.4f", mean, deviation);
  }
}
