package io.rankstream.pipeline.publish;

import io.rankstream.pipeline.config.VersionsConfig;

/**
 * Decides after which steps a model is captured. Steps and time count from the last version that
 * was written, over restarts of the job. Not thread-safe.
 */
public final class VersionSchedule {

  private final VersionsConfig config;
  private long step;
  private long time;

  /**
   * @param ledger the versions of the stream so far
   */
  public VersionSchedule(VersionsConfig config, VersionLedger ledger) {
    this.config = config;
    this.step = ledger.step();
    this.time = ledger.time();
  }

  /**
   * Whether a version is due.
   *
   * @param modelStep training steps of the model
   * @param now wall-clock time in milliseconds
   */
  public boolean isDue(long modelStep, long now) {
    time = Math.min(time, now); // a clock that was ahead must not hold versions back
    boolean bySteps = config.everySteps() > 0 && modelStep - step >= config.everySteps();
    long interval = config.every().toMillis();
    boolean byTime = interval > 0 && now - time >= interval;
    return (bySteps || byTime) && isNew(modelStep);
  }

  /** Whether the model took a step since the last version, and versions are published at all. */
  public boolean isNew(long modelStep) {
    return config.isOn() && modelStep != step;
  }

  /** Starts the next interval. */
  public void captured(long modelStep, long now) {
    step = modelStep;
    time = now;
  }
}
