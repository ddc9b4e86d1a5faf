package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.AcceptedImage;

/**
 * An image kept for replay.
 *
 * @param age position in the order of keeping, over all classes of the stream; higher is newer
 * @param image the image
 */
public record ReservoirEntry(long age, AcceptedImage image) {}
