package io.rankstream.pipeline.flink;

/**
 * What a job has done so far, over all of its streams.
 *
 * @param images images that the models took
 * @param repeated images that a producer sent again and that the windows passed over
 * @param steps training steps
 * @param deadLetters records that could not be used
 * @param pending records that wait in Kafka, as far as is known
 * @param checkpoints checkpoints that were completed
 */
public record JobProgress(
    long images, long repeated, long steps, long deadLetters, long pending, long checkpoints) {}
