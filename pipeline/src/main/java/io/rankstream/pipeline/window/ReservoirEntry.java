package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;

/**
 * An image that is kept for replay.
 *
 * @param age order in which entries were kept, over all classes of the stream
 * @param image the image
 */
public record ReservoirEntry(long age, AcceptedImage image) {}
