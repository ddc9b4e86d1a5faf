package io.rankstream.pipeline.window;

/**
 * The arrivals that are remembered.
 *
 * @param oldest number of the oldest one, or {@code next} when there is none
 * @param next number of the next one
 */
public record RecentSpan(long oldest, long next) {}
