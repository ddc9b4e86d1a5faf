package io.rankstream.pipeline;

import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;

/**
 * The ends of the job graph, so that the same graph runs on Kafka and on anything else.
 *
 * @param images where records come from
 * @param embeddings where embeddings go
 * @param metrics where one record for each training step goes
 * @param modelVersions where one record for each published model goes
 * @param deadLetters where unusable records go
 */
public record Endpoints(
    Source<RawRecord, ?, ?> images,
    Sink<ImageEmbedding> embeddings,
    Sink<TrainingMetrics> metrics,
    Sink<ModelVersion> modelVersions,
    Sink<DeadLetter> deadLetters) {}
