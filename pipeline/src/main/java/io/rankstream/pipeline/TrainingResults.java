package io.rankstream.pipeline;

import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * What {@link TwoHeadTraining} gives.
 *
 * @param embeddings the newest embedding of each image, and the deletions. For one version of a
 *     stream in each checkpoint, the sink must be chained to it: give the sink its parallelism
 * @param steps one record for each training step
 * @param versions one record for each published model file, and for each measurement of drift
 * @param rejected what could not be used, with the reason
 */
public record TrainingResults(
    SingleOutputStreamOperator<EmbeddingChange> embeddings,
    DataStream<TrainingMetrics> steps,
    DataStream<ModelVersion> versions,
    DataStream<DeadLetter> rejected) {}
