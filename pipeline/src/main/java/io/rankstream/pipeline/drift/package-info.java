/**
 * Measures how far the embeddings of fixed images move from version to version, and fits maps
 * between versions.
 */
package io.rankstream.pipeline.drift;
