package io.rankstream.pipeline.window;

/**
 * Key of an image in the state of a window.
 *
 * @param label class of the image
 * @param index place within the class
 */
public record ImageKey(String label, long index) {}
