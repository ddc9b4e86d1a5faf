package io.rankstream.lab.experiment;

import io.rankstream.pipeline.tools.dataset.ImageDataset;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
 * @param stopped classes that stop coming half-way
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
    Set<String> stopped,
    Map<String, String> settings,
    Path directory) {

  /** Training steps that the arms differ in, in their order. */
  List<Integer> budgets() {
    return arms.stream().map(Arm::steps).distinct().toList();
  }

  /** What the experiment was asked for, by name, for people. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("Data", training.name());
    parameters.put(
        "Images",
        String.format(
            Locale.ROOT,
            "%,d of %d classes to train on, %,d unseen",
            training.size(),
            training.classes().size(),
            unseen.size()));
    parameters.put("Skew", BigDecimal.valueOf(skew).stripTrailingZeros().toPlainString() + " to 1");
    if (!stopped.isEmpty()) {
      parameters.put("Classes that stop half-way", String.join(", ", new TreeSet<>(stopped)));
    }
    parameters.put("Arms", arms.stream().map(this::nameOf).collect(Collectors.joining("; ")));
    parameters.put(
        "Steps", budgets().stream().map(String::valueOf).collect(Collectors.joining(", ")));
    parameters.put("Seeds", seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")));
    parameters.put("Runs at a time", Integer.toString(parallel));
    return parameters;
  }

  /** The name of an arm, with its steps where arms differ in them. */
  String nameOf(Arm arm) {
    return budgets().size() > 1
        ? String.format(Locale.ROOT, "%s, %,d steps", arm.name(), arm.steps())
        : arm.name();
  }
}
