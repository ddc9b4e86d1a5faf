package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.KebabCase;
import io.rankstream.model.evaluation.EmbeddingDrift;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The drift of an experiment as rows of a table: for each arm and number of steps between two
 * versions the mean over seeds and pairs. Pairs that begin in the first quarter of a run are left
 * out: there a model learns most of what it will know, and a stream that runs for long has this
 * once.
 */
final class DriftTable {

  private static final int STARTING_SHARE = 4;

  private final ExperimentResult result;

  DriftTable(ExperimentResult result) {
    this.result = result;
  }

  /** The head and the rows. */
  List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "method",
            "sampler",
            "steps apart",
            "pairs",
            "1 − cos",
            "overlap@10",
            "R@1 new in new",
            "R@1 new in old",
            "with the map",
            "residual of the map"));
    for (ArmResult arm : result.arms()) {
      long from = arm.arm().steps() / STARTING_SHARE;
      Map<Long, List<EmbeddingDrift>> byDistance =
          arm.runs().stream()
              .flatMap(run -> run.drifts().stream())
              .filter(each -> each.older() >= from)
              .collect(
                  Collectors.groupingBy(
                      VersionDrift::distance,
                      TreeMap::new,
                      Collectors.mapping(VersionDrift::drift, Collectors.toList())));
      byDistance.forEach((distance, drifts) -> rows.add(row(arm.arm(), distance, drifts)));
    }
    return rows;
  }

  private static List<String> row(Arm arm, long distance, List<EmbeddingDrift> drifts) {
    return List.of(
        StepBench.lossName(arm.loss()),
        KebabCase.of(arm.sampler()),
        Long.toString(distance),
        Integer.toString(drifts.size()),
        mean(drifts, EmbeddingDrift::cosineShift),
        mean(drifts, EmbeddingDrift::overlap),
        mean(drifts, EmbeddingDrift::recallWithin),
        mean(drifts, EmbeddingDrift::recallAcross),
        mean(drifts, EmbeddingDrift::recallMapped),
        mean(drifts, EmbeddingDrift::residual));
  }

  private static String mean(List<EmbeddingDrift> drifts, ToDoubleFunction<EmbeddingDrift> figure) {
    return String.format(
        Locale.ROOT, "%.4f", drifts.stream().mapToDouble(figure).average().orElseThrow());
  }
}
