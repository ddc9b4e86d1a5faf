package io.rankstream.pipeline.flink;

/**
 * How far a job has read its input topic again for the epochs that are open.
 *
 * @param read offsets that are read
 * @param total all offsets; 0 while none is to be read
 */
public record SweepProgress(long read, long total) {}
