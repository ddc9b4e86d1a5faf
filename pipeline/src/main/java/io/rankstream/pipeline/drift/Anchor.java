package io.rankstream.pipeline.drift;

/**
 * An image that drift is measured with.
 *
 * @param label its class
 * @param digest tells another content under the id
 * @param pixels uint8, shape {@code [C, H, W]}; never changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Anchor(String label, int digest, byte[] pixels) {}
