package io.rankstream.pipeline.window;

/**
 * What is remembered of an image to know it when it comes again.
 *
 * @param label class name, or null
 * @param digest digest of the encoded image
 * @param eventTime milliseconds since the epoch
 * @param number place in the order of arrival
 */
public record RecentImage(String label, int digest, long eventTime, long number) {}
