package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.event.Origin;

/**
 * What is known of an image before it is checked.
 *
 * @param label class name, or null for an image to embed without training
 * @param eventTime milliseconds since the epoch
 * @param origin where the image comes from
 */
record ImageFacts(String imageId, String stream, String label, long eventTime, Origin origin) {}
