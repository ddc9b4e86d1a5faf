package io.rankstream.pipeline.window;

/**
 * The part of an image that identifies a repeat of it.
 *
 * @param label class name, or null
 * @param digest digest of the encoded image
 * @param eventTime milliseconds since the epoch
 * @param number position in the order of arrival
 */
public record RecentImage(String label, int digest, long eventTime, long number) {}
