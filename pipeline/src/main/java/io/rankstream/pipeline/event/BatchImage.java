package io.rankstream.pipeline.event;

/**
 * One slot of a micro-batch.
 *
 * @param image the image in the slot
 * @param fresh true the first time that the image is in a batch; false when it is replayed from a
 *     reservoir or repeated
 */
public record BatchImage(AcceptedImage image, boolean fresh) {}
