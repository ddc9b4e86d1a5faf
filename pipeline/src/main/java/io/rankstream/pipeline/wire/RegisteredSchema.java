package io.rankstream.pipeline.wire;

/**
 * A schema of a registry. An id means the same schema for ever, so it can be kept.
 *
 * @param registry address of the registry, since ids of another one mean other schemas
 * @param id id of the schema
 * @param schema the schema as JSON
 */
public record RegisteredSchema(String registry, int id, String schema) {}
