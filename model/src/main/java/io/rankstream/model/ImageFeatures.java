package io.rankstream.model;

import java.util.List;

/**
 * Embeddings, predictions and pooled features of images.
 *
 * @param images embedding and prediction of each image
 * @param pooled for each image the averaged feature map before the softmax head, of unit length; it
 *     serves as an embedding where no ranking loss trained the embedding head
 */
public record ImageFeatures(List<EmbeddedImage> images, List<float[]> pooled) {}
