package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.KebabCase;
import io.rankstream.model.loss.RankingLoss;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Prints the result as Markdown tables like those of the paper: mean ± deviation over the seeds.
 */
public final class ExperimentTable {

  private final ExperimentResult result;

  public ExperimentTable(ExperimentResult result) {
    this.result = result;
  }

  /** Prints the tables. */
  public void print(PrintWriter out) {
    boolean classifies = result.arms().stream().anyMatch(ArmResult::classifies);
    boolean budgets = result.plan().budgets().size() > 1;
    List<String> head = new ArrayList<>(budgets ? List.of("steps") : List.of());
    head.addAll(List.of("method", "sampler"));
    boolean balances = result.arms().stream().anyMatch(arm -> arm.arm().balance().isPresent());
    if (balances) {
      head.add("γ");
    }
    head.add("λ");
    if (classifies) {
      head.addAll(List.of("micro as in traffic", "macro", "tail recall"));
    }
    head.addAll(List.of("R@1 pooled", "R@1", "R@2", "R@4", "R@8", "NMI pooled", "NMI", "s a run"));
    List<List<String>> rows = new ArrayList<>(List.of(head));
    for (ArmResult arm : result.arms()) {
      List<String> cells = cells(arm, classifies);
      if (balances) {
        cells.add(2, arm.arm().balance().orElse(""));
      }
      if (budgets) {
        cells.add(0, String.format(Locale.ROOT, "%,d", arm.arm().steps()));
      }
      rows.add(cells);
    }
    table(out, rows);

    out.println();
    printStepMillis(out, result.stepMillis());
    if (result.plan().drift()) {
      out.println();
      table(out, new DriftTable(result).rows());
    }
    if (!result.plan().stopped().isEmpty()) {
      out.println();
      table(out, new ForgettingTable(result).rows());
    }
  }

  /** Prints the time of the step with each loss, and its excess over softmax alone. */
  public static void printStepMillis(PrintWriter out, Map<RankingLoss, Double> millis) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("method", "step, median ms", "over softmax"));
    double softmax = millis.get(RankingLoss.NONE);
    millis.forEach(
        (loss, each) ->
            rows.add(
                List.of(
                    StepBench.lossName(loss),
                    String.format(Locale.ROOT, "%.2f", each),
                    String.format(Locale.ROOT, "%+.1f %%", 100 * (each / softmax - 1)))));
    table(out, rows);
  }

  private static List<String> cells(ArmResult arm, boolean classifies) {
    List<String> cells = new ArrayList<>();
    cells.add(StepBench.lossName(arm.arm().loss()));
    cells.add(KebabCase.of(arm.arm().sampler()));
    cells.add(arm.embeds() ? String.format(Locale.ROOT, "%.4g", arm.arm().lambda()) : "");
    if (classifies) {
      cells.add(arm.microAsInTraffic().toString());
      cells.add(arm.macro().toString());
      cells.add(arm.tailRecall().toString());
    }
    cells.add(arm.pooledRecall().toString());
    arm.embeddingRecall().values().forEach(each -> cells.add(arm.embeds() ? each.toString() : ""));
    cells.add(arm.pooledNmi().toString());
    cells.add(arm.embeds() ? arm.embeddingNmi().toString() : "");
    cells.add(String.format(Locale.ROOT, "%.0f", arm.secondsPerRun()));
    return cells;
  }

  /** Prints a table in Markdown, whose first row is the head. */
  private static void table(PrintWriter out, List<List<String>> rows) {
    row(out, rows.get(0));
    row(out, rows.get(0).stream().map(name -> "---").toList());
    rows.stream().skip(1).forEach(cells -> row(out, cells));
    out.flush();
  }

  private static void row(PrintWriter out, List<String> cells) {
    out.println("| " + String.join(" | ", cells) + " |");
  }
}
