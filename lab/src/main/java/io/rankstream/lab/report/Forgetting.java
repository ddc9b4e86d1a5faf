package io.rankstream.lab.report;

import ai.djl.Device;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.evaluate.EmbeddedDataset;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a model keeps of classes that stopped coming, or come rarely since, as mean recalls on
 * unseen images.
 *
 * @param before of these classes when they stopped
 * @param after of these classes at the end
 * @param others of all other classes at the end
 */
public record Forgetting(double before, double after, double others) {

  /**
   * Compares the last model of a run with the published one whose version is closest to the step at
   * which classes stopped.
   *
   * @param published model versions with a file, at least one
   * @param step step at which the classes stopped
   * @param unseen images to classify with the model of that time
   * @param now recall of each class of these images with the last model
   * @param stopped the classes that stopped
   * @throws IOException when the model or an image cannot be read
   */
  public static Forgetting since(
      List<ModelVersion> published,
      long step,
      ImageDataset unseen,
      Map<String, Double> now,
      Set<String> stopped,
      Device device)
      throws IOException {
    ModelVersion then =
        Collections.min(
            published, Comparator.comparingLong(each -> Math.abs(each.getModelVersion() - step)));
    try (TwoHeadModel model = TwoHeadModel.read(Path.of(URI.create(then.getUri())), device)) {
      return of(EmbeddedDataset.of(model, unseen).confusion().recalls(), now, stopped);
    }
  }

  /**
   * Compares two models of a run.
   *
   * @param then recall of each class with the model of when classes stopped
   * @param now recall of each class with the last model
   * @param stopped the classes that stopped
   */
  static Forgetting of(Map<String, Double> then, Map<String, Double> now, Set<String> stopped) {
    return new Forgetting(
        mean(then, stopped),
        mean(now, stopped),
        mean(now, now.keySet().stream().filter(label -> !stopped.contains(label)).toList()));
  }

  private static double mean(Map<String, Double> recalls, Collection<String> labels) {
    return labels.stream()
        .mapToDouble(label -> recalls.getOrDefault(label, 0.0))
        .average()
        .orElse(Double.NaN);
  }
}
