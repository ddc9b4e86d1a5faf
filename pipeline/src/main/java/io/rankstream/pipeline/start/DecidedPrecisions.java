package io.rankstream.pipeline.start;

import io.rankstream.model.Devices;
import io.rankstream.model.PrecisionTrial;
import io.rankstream.pipeline.config.JobConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides the precision {@code auto} when a job is submitted: all its machines, and all its
 * restarts, compute in the same numbers, so that a run that is killed ends with the same bits.
 */
public final class DecidedPrecisions {

  private static final Logger LOG = LoggerFactory.getLogger(DecidedPrecisions.class);

  private DecidedPrecisions() {}

  /** The same configuration with float32 or bfloat16 in the place of auto, which the log tells. */
  public static JobConfig of(JobConfig config) {
    if (config.model().precisions().areDecided()) {
      return config;
    }

    PrecisionTrial.Decision decision =
        PrecisionTrial.decide(
            config.model(), config.batch().size(), Devices.select(config.device()));
    LOG.info("{}", decision.reason());
    return config.withModel(config.model().withPrecisions(decision.precisions()));
  }
}
