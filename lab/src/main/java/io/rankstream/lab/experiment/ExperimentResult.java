package io.rankstream.lab.experiment;

import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.JobConfig;
import java.util.List;
import java.util.Map;

/**
 * The result of an experiment.
 *
 * @param plan its parameters
 * @param config settings of the job that all arms share
 * @param arms the arms in the order of the plan
 * @param stepMillis median milliseconds of a training step by loss, without the job around it
 */
public record ExperimentResult(
    ExperimentPlan plan,
    JobConfig config,
    List<ArmResult> arms,
    Map<RankingLoss, Double> stepMillis) {}
