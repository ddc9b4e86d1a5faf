/**
 * Brings the replicas of a model together: files carry their weights, a coordinator in the
 * JobManager tells where the files are.
 */
package io.rankstream.pipeline.replica;
