package io.rankstream.pipeline.start;

import ai.djl.Device;
import io.rankstream.model.ModelFile;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.event.LineageId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model at step 0, and where its weights come from.
 *
 * @param trainer the model, with random weights or with those in a file
 * @param parent lineage of the file; empty for random weights and for foreign files
 * @param parentVersion training steps of the file; 0 without a parent
 */
public record StartingWeights(OnlineTrainer trainer, String parent, long parentVersion) {

  private static final Logger LOG = LoggerFactory.getLogger(StartingWeights.class);

  /**
   * Creates the model that the configuration names.
   *
   * @throws UncheckedIOException when the file of model.weights cannot be read
   */
  public static StartingWeights of(JobConfig config, Device device) {
    Optional<String> weights = config.weightsLocation();
    if (weights.isEmpty()) {
      return new StartingWeights(OnlineTrainer.create(config.model(), device), "", 0);
    }

    try (WeightsFile local = WeightsFile.open(weights.get())) {
      ModelFile file = ModelFile.read(local.path());
      String lineage = file.lineage();
      boolean known = LineageId.isValid(lineage);
      OnlineTrainer trainer = OnlineTrainer.create(config.model(), device, file);
      LOG.info("{}", file.report(config.model().architecture()));
      return new StartingWeights(
          trainer, known ? lineage : "", known ? file.provenance().version() : 0);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read: %s (the file must be readable on every TaskManager; a URI needs the plugin of its file system)"
              .formatted(JobOptions.MODEL_WEIGHTS.key(), e.getMessage()),
          e);
    }
  }
}
