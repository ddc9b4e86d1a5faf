package io.rankstream.lab.experiment;

import io.rankstream.pipeline.config.JobConfig;
import java.util.List;
import java.util.Map;

/**
 * What an experiment found.
 *
 * @param plan what was compared
 * @param config settings of the job that all arms share
 * @param arms the arms in the order of the plan
 * @param stepMillis median milliseconds of a training step by method, without the job around it
 */
public record ExperimentResult(
    ExperimentPlan plan, JobConfig config, List<ArmResult> arms, Map<Method, Double> stepMillis) {}
