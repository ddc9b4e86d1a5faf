package io.rankstream.pipeline.config;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * The time that records wait for the checkpoint that commits them.
 *
 * @param interval time from one checkpoint to the next; zero without checkpoints
 * @param timeout time after which a checkpoint counts as failed
 * @param tolerated checkpoints in a row that may fail before the job restarts
 */
public record CheckpointPace(Duration interval, Duration timeout, int tolerated) {

  /** The pace that Flink's settings give. */
  public static CheckpointPace of(ReadableConfig engine) {
    return new CheckpointPace(
        engine.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL).orElse(Duration.ZERO),
        engine.get(CheckpointingOptions.CHECKPOINTING_TIMEOUT),
        engine.get(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER));
  }

  /** Whether there are checkpoints. */
  public boolean isOn() {
    return !interval.isZero() && !interval.isNegative();
  }

  /** The longest time until a checkpoint commits or the job restarts, which loses nothing. */
  public Duration longest() {
    Duration each = timeout.compareTo(interval) > 0 ? timeout : interval;
    return interval.plus(each.multipliedBy(tolerated + 1L));
  }
}
