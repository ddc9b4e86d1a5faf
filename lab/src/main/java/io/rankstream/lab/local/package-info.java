/** Runs Kafka and Flink inside this process, for commands and tests. */
package io.rankstream.lab.local;
