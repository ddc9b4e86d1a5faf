/** Kafka and Flink inside this process, for runs that need nothing else. */
package io.rankstream.lab.local;
