/** What a Flink cluster tells from outside. */
package io.rankstream.pipeline.flink;
