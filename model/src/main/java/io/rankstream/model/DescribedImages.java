package io.rankstream.model;

import java.util.List;

/**
 * All that a model says of images.
 *
 * @param images embedding and prediction of each image
 * @param pooled for each image the averaged feature map in front of the softmax head, of unit
 *     length: what serves as an embedding where no ranking loss trained the embedding head
 */
public record DescribedImages(List<EmbeddedImage> images, List<float[]> pooled) {}
