package io.rankstream.lab.experiment;

import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.tools.evaluate.Evaluation;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * The scores of an arm over its runs.
 *
 * @param arm arm that was trained
 * @param runs its runs, one for each seed
 * @param traffic images of each class in the stream
 */
record ArmResult(Arm arm, List<RunResult> runs, Map<String, Integer> traffic) {

  /** Accuracy on unseen images that are as skewed as the stream. */
  Spread microAsInTraffic() {
    double all = traffic.values().stream().mapToInt(Integer::intValue).sum();
    return spread(
        evaluation ->
            traffic.entrySet().stream()
                .mapToDouble(
                    entry ->
                        entry.getValue()
                            / all
                            * evaluation.confusion().recalls().getOrDefault(entry.getKey(), 0.0))
                .sum());
  }

  /** Mean recall over the classes. */
  Spread macro() {
    return spread(evaluation -> evaluation.confusion().macro());
  }

  /** Mean recall over the third of the classes with the fewest images in the stream. */
  Spread tailRecall() {
    List<String> tail =
        traffic.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
            .limit(Math.max(1, traffic.size() / 3))
            .map(Map.Entry::getKey)
            .toList();
    return spread(
        evaluation ->
            tail.stream()
                .mapToDouble(label -> evaluation.confusion().recalls().getOrDefault(label, 0.0))
                .average()
                .orElse(Double.NaN));
  }

  /** Recall at K with the embedding head, by K. */
  SortedMap<Integer, Spread> embeddingRecall() {
    SortedMap<Integer, Spread> recall = new TreeMap<>();
    for (int k : runs.get(0).evaluation().embedding().recall().keySet()) {
      recall.put(k, spread(evaluation -> evaluation.embedding().recall().get(k)));
    }

    return recall;
  }

  Spread embeddingNmi() {
    return spread(evaluation -> evaluation.embedding().nmi());
  }

  /** Recall at 1 with the pooled features below the softmax head. */
  Spread pooledRecall() {
    return spread(evaluation -> evaluation.pooled().recall().get(1));
  }

  Spread pooledNmi() {
    return spread(evaluation -> evaluation.pooled().nmi());
  }

  /** Mean recall of each class over the seeds. */
  SortedMap<String, Double> recalls() {
    SortedMap<String, Double> recalls = new TreeMap<>();
    for (String label : runs.get(0).evaluation().confusion().recalls().keySet()) {
      recalls.put(label, spread(each -> each.confusion().recalls().get(label)).mean());
    }

    return recalls;
  }

  /** Whether the softmax head knows the unseen classes; otherwise accuracies mean nothing. */
  boolean classifies() {
    return runs.get(0).evaluation().knownClasses() > 0;
  }

  /** Whether the embedding head was trained. */
  boolean embeds() {
    return arm.loss() != RankingLoss.NONE;
  }

  double secondsPerRun() {
    return runs.stream().mapToDouble(RunResult::seconds).average().orElse(Double.NaN);
  }

  private Spread spread(ToDoubleFunction<Evaluation> figure) {
    return Spread.of(runs.stream().map(RunResult::evaluation).mapToDouble(figure).toArray());
  }
}
