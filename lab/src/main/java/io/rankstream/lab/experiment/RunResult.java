package io.rankstream.lab.experiment;

import io.rankstream.pipeline.tools.evaluate.EmbeddedDataset;
import io.rankstream.pipeline.tools.evaluate.Evaluation;
import java.nio.file.Path;

/**
 * One run of one arm.
 *
 * @param arm the arm
 * @param seed seed of weights and stream
 * @param steps training steps taken
 * @param seconds wall-clock time of the job
 * @param curve how it learnt
 * @param evaluation how the final model does on the unseen images
 * @param embedded what the final model says of each unseen image
 * @param model file of the final model
 */
record RunResult(
    Arm arm,
    long seed,
    long steps,
    double seconds,
    Curve curve,
    Evaluation evaluation,
    EmbeddedDataset embedded,
    Path model) {}
