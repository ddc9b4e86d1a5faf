package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.Devices;
import io.rankstream.model.network.Precisions;
import io.rankstream.pipeline.config.JobConfig;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Selects the device of the models and checks that it can compute in their precision. */
final class TrainingDevice {

  private static final Logger LOG = LoggerFactory.getLogger(TrainingDevice.class);

  private TrainingDevice() {}

  /**
   * The device that the configuration names.
   *
   * @throws IllegalStateException when this machine does not have it
   * @throws SuppressRestartsException when it cannot compute in the precision that is asked for: a
   *     restart would not change that
   */
  static Device of(JobConfig config) {
    Device device = Devices.select(config.device());
    Precisions precisions = config.model().precisions();
    try {
      precisions.requireOn(device);
    } catch (IllegalStateException e) {
      throw new SuppressRestartsException(e);
    }
    if (!precisions.equals(Precisions.float32())) {
      LOG.info("{}", precisions.report());
    }

    return device;
  }
}
