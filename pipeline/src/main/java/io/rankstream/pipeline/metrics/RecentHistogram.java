package io.rankstream.pipeline.metrics;

import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/** Histograms of the last values, so that their quantiles describe the present. */
public final class RecentHistogram {

  private static final int VALUES = 1000;

  private RecentHistogram() {}

  /** Registers a histogram of the last 1,000 values. It may be updated from several threads. */
  public static Histogram register(MetricGroup group, String name) {
    return group.histogram(name, new DescriptiveStatisticsHistogram(VALUES));
  }
}
