/** Keeps checkpoints in files that end with a checksum, and compares it before a job starts. */
package io.rankstream.pipeline.store;
