package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.ModelFile;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a model from random weights or from those in a file. */
final class StartingWeights {

  private static final Logger LOG = LoggerFactory.getLogger(StartingWeights.class);

  private StartingWeights() {}

  /**
   * A trainer at step 0.
   *
   * @throws UncheckedIOException when the file of model.weights cannot be read
   */
  static OnlineTrainer trainer(JobConfig config, Device device) {
    Optional<Path> weights = config.weightsFile();
    if (weights.isEmpty()) {
      return OnlineTrainer.create(config.model(), device);
    }

    try {
      ModelFile file = ModelFile.read(weights.get());
      OnlineTrainer trainer = OnlineTrainer.create(config.model(), device, file);
      LOG.info("{}", file.report(config.model().architecture()));
      return trainer;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read: %s (the file must be readable on every TaskManager)"
              .formatted(JobOptions.MODEL_WEIGHTS.key(), e.getMessage()),
          e);
    }
  }
}
