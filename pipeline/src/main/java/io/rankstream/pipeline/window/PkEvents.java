package io.rankstream.pipeline.window;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Counts what happens in the P×K windows of an operator, over all streams. */
final class PkEvents {

  final Counter repeated;
  final Counter forgotten;
  final Counter replaced;
  final Counter surplus;
  final Counter overdue;
  final Counter replayed;
  final Counter refreshed;
  final Counter evicted;
  final Counter withoutRoom;
  final Counter retired;
  final Counter passes;

  /**
   * @param operator group of the operator
   */
  PkEvents(MetricGroup operator) {
    repeated = operator.counter("numImagesRepeated");
    forgotten = operator.counter("numImagesForgotten");
    replaced = operator.counter("numImagesReplaced");
    surplus = operator.counter("numImagesSurplus");
    overdue = operator.counter("numImagesOverdue");
    replayed = operator.counter("numImagesReplayed");
    refreshed = operator.counter("numImagesRefreshed");
    evicted = operator.counter("numReservoirEvictions");
    withoutRoom = operator.counter("numImagesWithoutRoom");
    passes = operator.counter("numBatchesOfPasses");
    retired = operator.counter("numClassesRetired");
  }
}
