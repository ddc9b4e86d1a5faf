package io.rankstream.pipeline.train;

import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.Serializable;
import org.apache.flink.util.OutputTag;

/**
 * The side outputs of the training operator.
 *
 * @param metrics one record for each training step
 * @param versions one record for each published model
 * @param deadLetters images that a model does not take
 */
record SideOutputs(
    OutputTag<TrainingMetrics> metrics,
    OutputTag<ModelVersion> versions,
    OutputTag<DeadLetter> deadLetters)
    implements Serializable {}
