package io.rankstream.pipeline.drift;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Metrics of the measurement and of each stream in it. */
final class DriftMetrics {

  private final MetricGroup operator;
  private final boolean publishesMaps;
  private final Counter measurements;
  private final Counter skipped;
  private final Counter withoutMap;
  private final Map<String, StreamDriftMetrics> streams = new HashMap<>();

  /**
   * @param operator the operator's metric group
   * @param publishesMaps whether each comparison with a base has a map
   */
  DriftMetrics(MetricGroup operator, boolean publishesMaps) {
    this.operator = operator;
    this.publishesMaps = publishesMaps;
    this.measurements = operator.counter("numDriftMeasurements");
    this.skipped = operator.counter("numDriftVersionsSkipped");
    this.withoutMap = operator.counter("numDriftMapFailures");
  }

  /** Shows how many anchors a stream has. */
  void anchors(StreamAnchors present) {
    stream(present.key().stream()).anchors(present);
  }

  /** Shows the versions in the state of a stream. */
  void versions(String stream, MeasuredVersions versions) {
    stream(stream).versions(versions);
  }

  /** Counts a measurement that took a time, and shows it. */
  void measured(String stream, Measurement measurement, long nanos) {
    measurements.inc();
    boolean lacksMap = measurement.sinceBase().filter(each -> each.map().isEmpty()).isPresent();
    withoutMap.inc(publishesMaps && lacksMap ? 1 : 0);
    stream(stream).measured(measurement, nanos);
  }

  void skipped() {
    skipped.inc();
  }

  private StreamDriftMetrics stream(String stream) {
    return streams.computeIfAbsent(stream, name -> new StreamDriftMetrics(operator, name));
  }
}
