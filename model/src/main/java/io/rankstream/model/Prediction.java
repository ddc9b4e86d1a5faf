package io.rankstream.model;

/**
 * Prediction of the softmax head for an image.
 *
 * @param label the most likely class; null while the model knows no class
 * @param confidence its softmax probability, 0 to 1
 */
public record Prediction(String label, float confidence) {}
