package io.rankstream.pipeline.wire;

import org.apache.avro.Schema;

/**
 * The schema that a record was written with, and the one that reads it by Avro's rules.
 *
 * @param writer the schema that the record was written with
 * @param reader the schema of the generated class that the record is read as
 */
record ResolvedSchema(Schema writer, Schema reader) {}
