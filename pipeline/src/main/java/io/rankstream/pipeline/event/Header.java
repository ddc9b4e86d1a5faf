package io.rankstream.pipeline.event;

/**
 * A header of a record.
 *
 * @param key name, which several headers of a record may share
 * @param value value bytes, or null
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Flink copies primitive arrays fast; the headers are never compared
public record Header(String key, byte[] value) {}
