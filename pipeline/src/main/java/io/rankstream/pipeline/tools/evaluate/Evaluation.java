package io.rankstream.pipeline.tools.evaluate;

import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.evaluation.ConfusionMatrix;
import io.rankstream.model.evaluation.RetrievalScores;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Scores of a model on a data set that it was not trained on.
 *
 * @param images number of images
 * @param knownClasses classes of the set that the model knows; it cannot predict the others
 * @param confusion predictions of the softmax head
 * @param embedding retrieval with the embedding head
 * @param pooled retrieval with the averaged feature map below the softmax head
 */
public record Evaluation(
    int images,
    int knownClasses,
    ConfusionMatrix confusion,
    RetrievalScores embedding,
    RetrievalScores pooled) {

  private static final long SEED = 0;

  /**
   * Evaluates a model.
   *
   * @throws IOException when an image cannot be read or decoded
   */
  public static Evaluation of(TwoHeadModel model, ImageDataset dataset) throws IOException {
    return of(model, EmbeddedDataset.of(model, dataset));
  }

  /** Evaluates embeddings and predictions that a model made. */
  public static Evaluation of(TwoHeadModel model, EmbeddedDataset embedded) {
    ImageDataset dataset = embedded.dataset();
    int[] labels = new int[dataset.size()];
    Set<String> known = new HashSet<>();
    for (int i = 0; i < labels.length; i++) {
      labels[i] = dataset.classOf(i);
      known.add(dataset.classes().get(labels[i]));
    }

    known.retainAll(model.labels());
    return new Evaluation(
        labels.length,
        known.size(),
        embedded.confusion(),
        RetrievalScores.of(embedded.embeddings(), labels, SEED),
        RetrievalScores.of(embedded.pooled(), labels, SEED));
  }
}
