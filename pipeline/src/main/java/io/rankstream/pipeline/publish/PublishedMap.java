package io.rankstream.pipeline.publish;

/**
 * A file with the map from one version to another.
 *
 * @param uri URI of the file
 * @param sha256 SHA-256 of the file, in lower-case hexadecimal
 */
public record PublishedMap(String uri, String sha256) {}
