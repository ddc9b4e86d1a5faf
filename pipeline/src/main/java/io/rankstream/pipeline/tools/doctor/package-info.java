/** Checks Kafka and the machine before a job starts, and tells the user what to fix. */
package io.rankstream.pipeline.tools.doctor;
