package io.rankstream.pipeline.wire;

/**
 * The header in front of a record.
 *
 * @param schema the schema of the record, and the one to read it with
 * @param length bytes before the record
 */
record WireHeader(ResolvedSchema schema, int length) {}
