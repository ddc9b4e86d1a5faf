/** What travels between the operators: plain public records that Flink serializes without Kryo. */
package io.rankstream.pipeline.event;
