package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;

/**
 * A labelled image that waits for its first batch.
 *
 * @param arrival processing time of its arrival, in milliseconds since the epoch
 * @param image the image
 */
public record FreshImage(long arrival, AcceptedImage image) {}
