package io.rankstream.pipeline.window;

/**
 * Where an image lies in the state of a window.
 *
 * @param label class of the image
 * @param index place within the class
 */
public record ImageKey(String label, long index) {}
