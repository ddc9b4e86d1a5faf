package io.rankstream.lab.experiment;

import io.rankstream.lab.report.Forgetting;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the arms keep of the classes that stopped coming, as rows of a table. */
final class ForgettingTable {

  private final ExperimentResult result;

  ForgettingTable(ExperimentResult result) {
    this.result = result;
  }

  /** The head and the rows: mean recalls and their deviation over the seeds. */
  List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("method", "stopped classes, when they stopped", "at the end", "other classes"));
    for (ArmResult arm : result.arms()) {
      rows.add(
          List.of(
              result.plan().nameOf(arm.arm()),
              spread(arm, Forgetting::before),
              spread(arm, Forgetting::after),
              spread(arm, Forgetting::others)));
    }
    return rows;
  }

  private static String spread(ArmResult arm, ToDoubleFunction<Forgetting> figure) {
    return Spread.of(
            arm.runs().stream()
                .mapToDouble(run -> figure.applyAsDouble(run.forgetting().orElseThrow()))
                .toArray())
        .toString();
  }
}
