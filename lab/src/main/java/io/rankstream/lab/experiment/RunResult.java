package io.rankstream.lab.experiment;

import io.rankstream.lab.report.Forgetting;
import io.rankstream.pipeline.tools.evaluate.EmbeddedDataset;
import io.rankstream.pipeline.tools.evaluate.Evaluation;
import io.rankstream.pipeline.tools.report.LearningCurve;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One run of one arm.
 *
 * @param arm arm that was trained
 * @param seed seed of weights and stream
 * @param steps training steps taken
 * @param seconds wall-clock time of the job
 * @param curve learning curve
 * @param evaluation scores of the final model on the unseen images
 * @param embedded outputs of the final model for each unseen image
 * @param model file of the final model
 * @param drifts drift between versions of the run; empty where it was not asked for, or nothing
 *     trained the embedding head
 * @param forgetting what is left of the classes that stopped coming; empty where none did
 */
record RunResult(
    Arm arm,
    long seed,
    long steps,
    double seconds,
    LearningCurve curve,
    Evaluation evaluation,
    EmbeddedDataset embedded,
    Path model,
    List<VersionDrift> drifts,
    Optional<Forgetting> forgetting) {}
