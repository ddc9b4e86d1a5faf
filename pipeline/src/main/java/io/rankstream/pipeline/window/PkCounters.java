package io.rankstream.pipeline.window;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Counts images in the P×K windows of an operator, over all streams. */
final class PkCounters {

  final Counter repeated;
  final Counter shed;
  final Counter surplus;
  final Counter replayed;
  final Counter evicted;

  /**
   * @param operator group of the operator
   */
  PkCounters(MetricGroup operator) {
    repeated = operator.counter("numImagesRepeated");
    shed = operator.counter("numImagesShed");
    surplus = operator.counter("numImagesSurplus");
    replayed = operator.counter("numImagesReplayed");
    evicted = operator.counter("numReservoirEvictions");
  }
}
