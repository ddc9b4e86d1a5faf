package io.rankstream.lab.demo;

import io.rankstream.schemas.DriftFigures;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the topic of the model versions says of a demo. Thread-safe. */
final class DemoVersions {

  private final List<ModelVersion> files = new ArrayList<>();
  private final List<ModelVersion> epochs = new ArrayList<>();
  private ModelVersion drift;

  synchronized void add(ModelVersion version) {
    if (!version.getUri().isEmpty()) {
      files.add(version);
    }
    if (version.getEpoch() != null && version.getEpoch().getState() == EpochState.COMPLETE) {
      epochs.add(version);
    }
    if (version.getDrift() != null) {
      drift = version; // the last of those with one version is against the base
    }
  }

  /** The versions that were published as a file. */
  synchronized List<ModelVersion> files() {
    return List.copyOf(files);
  }

  /** Epochs that are complete. */
  synchronized int epochs() {
    return epochs.size();
  }

  /** A line for each epoch, and one for the drift. */
  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (ModelVersion each : epochs) {
      Duration took = Duration.between(each.getEpoch().getOpenedAt(), each.getPublishedAt());
      lines.add(
          String.format(
              Locale.ROOT,
              "Epoch %d: all embeddings have version %,d; %,d images were embedded again, %,d came meanwhile; %.1f s",
              each.getEpoch().getNumber(),
              each.getModelVersion(),
              each.getEpoch().getImages(),
              each.getEpoch().getSuperseded(),
              took.toMillis() / 1e3));
    }
    if (drift != null) {
      DriftFigures figures = drift.getDrift();
      lines.add(
          String.format(
              Locale.ROOT,
              "Drift from version %,d to %,d: 1 - cos %.3f; Recall@1 of new queries %.3f among new embeddings, %.3f among old ones",
              figures.getAgainstVersion(),
              drift.getModelVersion(),
              figures.getMeanCosineShift(),
              figures.getRecallAt1NewInNew(),
              figures.getRecallAt1NewInOld()));
    }
    return lines;
  }
}
