package io.rankstream.pipeline.train;

import io.rankstream.schemas.PredictionCount;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.ReplicaRound;
import java.util.List;
import java.util.Map;

/**
 * A stream's model after a batch.
 *
 * @param lineage timeline of the model
 * @param version training steps that the weights have taken
 * @param knownClasses classes in the vocabulary
 * @param quarantined whether the stream is in {@linkplain Quarantine quarantine}
 * @param accuracy prequential accuracy, with the fresh images of the batch
 * @param recalls fading recall of the classes in the batch; without those never predicted
 * @param predictions the prequential predictions of the fresh images of the batch, counted
 * @param round place of the batch among the replicas; null for a model without replicas
 */
record ModelStatus(
    String lineage,
    long version,
    int knownClasses,
    boolean quarantined,
    PrequentialFigures accuracy,
    Map<String, Double> recalls,
    List<PredictionCount> predictions,
    ReplicaRound round) {}
