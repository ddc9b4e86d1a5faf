package io.rankstream.lab.experiment;

import ai.djl.Device;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.evaluation.EmbeddingDrift;
import io.rankstream.pipeline.tools.dataset.DatasetView;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.evaluate.EmbeddedDataset;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Measures the drift between the versions that a run published. */
final class DriftMeasurement {

  /** Training steps between the versions of a run. */
  static final long EVERY_STEPS = 50;

  private static final List<Long> DISTANCES = List.of(50L, 100L, 200L, 400L, 800L);
  private static final int ANCHORS = 512;

  private final ImageDataset anchors;
  private final int[] labels;

  /**
   * @param unseen images to choose the anchors from, at random but always the same
   */
  DriftMeasurement(ImageDataset unseen) {
    List<Integer> indices = new ArrayList<>(IntStream.range(0, unseen.size()).boxed().toList());
    Collections.shuffle(indices, new Random(0));
    anchors = DatasetView.of(unseen, indices.subList(0, Math.min(ANCHORS, indices.size())));
    labels = IntStream.range(0, anchors.size()).map(anchors::classOf).toArray();
  }

  /**
   * Measures all pairs of versions that are 50, 100, 200, 400 or 800 steps apart.
   *
   * @throws IOException when a model or an image cannot be read
   */
  List<VersionDrift> between(List<ModelVersion> versions, Device device) throws IOException {
    TreeMap<Long, List<float[]>> embeddings = new TreeMap<>();
    for (ModelVersion version : versions) {
      try (TwoHeadModel model = TwoHeadModel.read(Path.of(URI.create(version.getUri())), device)) {
        embeddings.put(version.getModelVersion(), EmbeddedDataset.of(model, anchors).embeddings());
      }
    }

    List<VersionDrift> drifts = new ArrayList<>();
    for (Map.Entry<Long, List<float[]>> older : embeddings.entrySet()) {
      for (long distance : DISTANCES) {
        long step = older.getKey() + distance;
        if (embeddings.containsKey(step)) {
          drifts.add(
              new VersionDrift(
                  older.getKey(),
                  step,
                  EmbeddingDrift.between(older.getValue(), embeddings.get(step), labels)));
        }
      }
    }
    return drifts;
  }
}
