package io.rankstream.pipeline.train;

import io.rankstream.schemas.TrainingMetrics;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.flink.api.common.functions.MapFunction;

/** Keeps the losses of the steps of a job in this process, where its test reads them. */
final class KeptLosses implements MapFunction<TrainingMetrics, Long> {

  /** Loss by step. */
  static final Map<Long, Double> LOSSES = new ConcurrentSkipListMap<>();

  private static final long serialVersionUID = 1L;

  @Override
  public Long map(TrainingMetrics step) {
    LOSSES.put(step.getStep(), step.getLoss());
    return step.getStep();
  }
}
