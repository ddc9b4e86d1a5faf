package io.rankstream.pipeline.tools.evaluate;

import io.rankstream.model.EmbeddedImage;
import io.rankstream.model.ImageFeatures;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.evaluation.ConfusionMatrix;
import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.tools.dataset.DamagedImages;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Embeddings and predictions of a model for all images of a data set, in their order.
 *
 * @param dataset the data set
 * @param images embedding and prediction of each image
 * @param pooled averaged feature map of each image, of unit length
 */
public record EmbeddedDataset(
    ImageDataset dataset, List<EmbeddedImage> images, List<float[]> pooled) {

  private static final int BATCH = 64;

  /**
   * Embeds a data set with a model.
   *
   * @throws IOException when images cannot be read or decoded; the message names them
   */
  public static EmbeddedDataset of(TwoHeadModel model, ImageDataset dataset) throws IOException {
    InputSpec input = model.architecture().input();
    ImageDecoder decoder = new ImageDecoder(input, DecodeLimits.defaults());
    List<EmbeddedImage> images = new ArrayList<>();
    List<float[]> pooled = new ArrayList<>();
    DamagedImages damaged = new DamagedImages(dataset);
    for (int from = 0; from < dataset.size(); from += BATCH) {
      int count = Math.min(BATCH, dataset.size() - from);
      byte[] pixels = new byte[count * input.pixelsPerImage()];
      for (int i = 0; i < count; i++) {
        try {
          byte[] decoded = decoder.decode(dataset.example(from + i).encoded());
          System.arraycopy(decoded, 0, pixels, i * decoded.length, decoded.length);
        } catch (ImageRejectedException e) {
          damaged.add(from + i, e); // goes on, to tell all of them
        }
      }

      if (damaged.isEmpty()) {
        PixelBatch batch =
            new PixelBatch(count, input.channels(), input.height(), input.width(), pixels);
        ImageFeatures features = model.features(batch);
        images.addAll(features.images());
        pooled.addAll(features.pooled());
      }
    }
    damaged.throwIfAny();

    return new EmbeddedDataset(dataset, images, pooled);
  }

  /** How the softmax head took the images for each other. */
  public ConfusionMatrix confusion() {
    ConfusionMatrix confusion = new ConfusionMatrix();
    for (int i = 0; i < images.size(); i++) {
      String actual = dataset.classes().get(dataset.classOf(i));
      confusion.add(actual, images.get(i).prediction().label());
    }
    return confusion;
  }

  /** The embeddings of the embedding head. */
  public List<float[]> embeddings() {
    return images.stream().map(EmbeddedImage::embedding).toList();
  }
}
