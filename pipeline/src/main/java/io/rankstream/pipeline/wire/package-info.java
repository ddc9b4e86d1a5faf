/** Reads and writes both encodings of a record's value, and calls the schema registry. */
package io.rankstream.pipeline.wire;
