package io.rankstream.pipeline.start;

import ai.djl.Device;
import io.rankstream.model.Devices;
import io.rankstream.model.network.Precisions;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Selects the device of the models and checks that it can compute in their precision. */
public final class ModelDevice {

  private static final Logger LOG = LoggerFactory.getLogger(ModelDevice.class);

  private ModelDevice() {}

  /**
   * The device with a name.
   *
   * @param precisions numbers of the models on it
   * @throws IllegalStateException when this machine does not have it
   * @throws SuppressRestartsException when it cannot compute in the precision that is asked for: a
   *     restart would not change that
   */
  public static Device of(String name, Precisions precisions) {
    Device device = Devices.select(name);
    try {
      precisions.requireOn(device);
    } catch (IllegalStateException e) {
      throw new SuppressRestartsException(e);
    }
    if (!precisions.equals(Precisions.float32())) { // decided when the job was submitted
      LOG.info("{}", Precisions.report(device));
    }

    return device;
  }
}
