package io.rankstream.model;

import java.util.List;

/**
 * A training step with what its forward pass said of the images.
 *
 * @param report figures of the step
 * @param embedded embedding and prediction of each image under the weights before the update
 */
public record EmbeddedStep(StepReport report, List<EmbeddedImage> embedded) {}
