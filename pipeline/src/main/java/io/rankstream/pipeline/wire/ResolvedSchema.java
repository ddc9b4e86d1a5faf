package io.rankstream.pipeline.wire;

import org.apache.avro.Schema;

/**
 * A schema of a registry with the schema of ours that reads it by Avro's rules.
 *
 * @param writer what the record was written with
 * @param reader what it is read as
 */
public record ResolvedSchema(Schema writer, Schema reader) {}
