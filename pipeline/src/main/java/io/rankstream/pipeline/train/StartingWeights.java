package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.ModelFile;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a new model starts from: random weights, or those of a file. */
final class StartingWeights {

  private static final Logger LOG = LoggerFactory.getLogger(StartingWeights.class);

  private StartingWeights() {}

  /** A trainer that has taken no step. */
  static OnlineTrainer trainer(JobConfig config, Device device) {
    if (config.weights().isEmpty()) {
      return OnlineTrainer.create(config.model(), device);
    }

    try {
      ModelFile file = ModelFile.read(Path.of(config.weights()));
      OnlineTrainer trainer = OnlineTrainer.create(config.model(), device, file);
      LOG.info("{}", file.report(config.model().architecture()));
      return trainer;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "model.weights cannot be read: " + e.getMessage() + " (every TaskManager must see it)",
          e);
    }
  }
}
