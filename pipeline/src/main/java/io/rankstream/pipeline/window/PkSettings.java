package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import java.io.Serializable;

/**
 * The settings of the P×K window.
 *
 * @param batch shape and pace of the batches
 * @param bounds bounds of the images that the window keeps
 * @param maxClasses capacity of the model
 * @param refresh kept images that are embedded again with each batch
 * @param seed seed of the draws from the reservoirs
 */
record PkSettings(
    JobConfig.Batch batch, JobConfig.Window bounds, int maxClasses, int refresh, long seed)
    implements Serializable {

  static PkSettings of(JobConfig config) {
    return new PkSettings(
        config.batch(),
        config.window(),
        config.model().architecture().maxClasses(),
        config.embed().refresh(),
        config.model().seed());
  }
}
