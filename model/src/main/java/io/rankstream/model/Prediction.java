package io.rankstream.model;

/**
 * What the softmax head says of an image.
 *
 * @param label the most likely class, or null while the model knows none
 * @param confidence its softmax probability, 0 to 1
 */
public record Prediction(String label, float confidence) {}
