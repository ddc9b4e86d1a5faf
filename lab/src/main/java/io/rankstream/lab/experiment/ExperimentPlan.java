package io.rankstream.lab.experiment;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What is compared, and on what.
 *
 * @param training images that the arms train on
 * @param unseen images that they are scored on
 * @param arms what is compared
 * @param seeds runs of each arm; the seed decides initial weights and order of the stream
 * @param steps training steps of each run
 * @param skew images of the first class over images of the last in the stream
 * @param parallel runs at a time
 * @param settings further settings of the job
 * @param directory where results go
 */
public record ExperimentPlan(
    ImageDataset training,
    ImageDataset unseen,
    List<Arm> arms,
    List<Long> seeds,
    int steps,
    double skew,
    int parallel,
    Map<String, String> settings,
    Path directory) {}
