package io.rankstream.lab.experiment;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The parameters of an experiment.
 *
 * @param training images that the arms train on
 * @param unseen images that the arms are scored on
 * @param arms arms to compare
 * @param seeds one run of each arm for each; a seed sets the initial weights and the order of the
 *     stream
 * @param skew images of the first class over images of the last in the stream
 * @param parallel runs at a time
 * @param drift whether to publish versions on the way and to measure the drift between them
 * @param settings further settings of the job
 * @param directory directory for results
 */
public record ExperimentPlan(
    ImageDataset training,
    ImageDataset unseen,
    List<Arm> arms,
    List<Long> seeds,
    double skew,
    int parallel,
    boolean drift,
    Map<String, String> settings,
    Path directory) {

  /** Training steps that the arms differ in, in their order. */
  List<Integer> budgets() {
    return arms.stream().map(Arm::steps).distinct().toList();
  }

  /** The name of an arm, with its steps where arms differ in them. */
  String nameOf(Arm arm) {
    return budgets().size() > 1
        ? String.format(Locale.ROOT, "%s, %,d steps", arm.name(), arm.steps())
        : arm.name();
  }
}
