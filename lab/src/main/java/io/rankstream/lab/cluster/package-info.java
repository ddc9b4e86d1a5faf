/** A Kafka broker and a Flink cluster as processes of their own, which can be made to fail. */
package io.rankstream.lab.cluster;
