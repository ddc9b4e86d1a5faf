package io.rankstream.pipeline;

import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;

/**
 * The sources and sinks of the job graph; the graph itself does not depend on Kafka.
 *
 * @param images source of the input records
 * @param embeddings sink of the embeddings and of their deletions
 * @param metrics sink of one record for each training step
 * @param modelVersions sink of one record for each published model
 * @param deadLetters sink of the unusable records
 * @param epochs what a job that embeds in epochs needs beside; null for one that follows live
 */
public record Endpoints(
    Source<RawRecord, ?, ?> images,
    Sink<EmbeddingChange> embeddings,
    Sink<TrainingMetrics> metrics,
    Sink<ModelVersion> modelVersions,
    Sink<DeadLetter> deadLetters,
    EpochEndpoints epochs) {}
