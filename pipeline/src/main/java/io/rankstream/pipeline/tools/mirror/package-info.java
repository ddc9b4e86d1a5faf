/** Copies embeddings as JSON for the sink connectors of vector stores. */
package io.rankstream.pipeline.tools.mirror;
