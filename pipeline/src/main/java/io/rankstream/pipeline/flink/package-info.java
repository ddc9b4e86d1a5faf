/** Finds a free port for Flink's web page. */
package io.rankstream.pipeline.flink;
