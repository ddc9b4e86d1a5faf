/** Starts a Flink cluster inside this process and runs jobs on it. */
package io.rankstream.pipeline.flink;
