package io.rankstream.lab.demo;

import io.rankstream.model.evaluation.ConfusionMatrix;
import io.rankstream.pipeline.tools.report.StepRate;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Figures of the output topics that the demo has read so far. Thread-safe. */
final class DemoProgress {

  private final Map<String, String> heldOut;
  private final Map<String, Integer> traffic;
  private final long start = System.nanoTime();

  private final Set<String> embedded = new HashSet<>();
  private final Map<String, String> predicted = new HashMap<>();
  private final Map<String, Integer> slots = new TreeMap<>();
  private final List<TrainingMetrics> steps = new ArrayList<>();
  private final StepRate rate = new StepRate(Integer.MAX_VALUE);

  /**
   * @param traffic number of labelled images that are fed, by class
   * @param heldOut actual class of each image that is fed without its label, by image id
   */
  DemoProgress(Map<String, Integer> traffic, Map<String, String> heldOut) {
    this.traffic = new TreeMap<>(traffic);
    this.heldOut = heldOut;
  }

  synchronized void add(TrainingMetrics metrics) {
    steps.add(metrics);
    rate.add(metrics);
    metrics.getClassCounts().forEach((label, count) -> slots.merge(label, count, Integer::sum));
  }

  synchronized void add(ImageEmbedding embedding) {
    embedded.add(embedding.getImageId());
    if (heldOut.containsKey(embedding.getImageId())) {
      predicted.put(embedding.getImageId(), embedding.getPredictedLabel()); // the last one counts
    }
  }

  synchronized int stepCount() {
    return steps.size();
  }

  synchronized int embeddedImages() {
    return embedded.size();
  }

  synchronized List<TrainingMetrics> steps() {
    return List.copyOf(steps);
  }

  synchronized ConfusionMatrix confusion() {
    ConfusionMatrix confusion = new ConfusionMatrix();
    predicted.forEach((image, label) -> confusion.add(heldOut.get(image), label));
    return confusion;
  }

  /** The last prediction of each unseen image that has one, by image id; null: no class known. */
  synchronized Map<String, String> predictions() {
    return new HashMap<>(predicted);
  }

  synchronized Map<String, Integer> slots() {
    return new TreeMap<>(slots);
  }

  Map<String, Integer> traffic() {
    return traffic;
  }

  /** Training steps a second, from the first step to the last. */
  synchronized double stepsPerSecond() {
    return rate.perSecond();
  }

  /** The state of the run in one line. */
  synchronized String line() {
    double seconds = (System.nanoTime() - start) / 1e9;
    if (steps.isEmpty()) {
      return String.format(
          Locale.ROOT,
          "%6.1f s  images %,6d  waiting for the first steps",
          seconds,
          embedded.size());
    }

    TrainingMetrics last = steps.get(steps.size() - 1);
    return String.format(
        Locale.ROOT,
        "%6.1f s  images %,6d (%,.0f/s)  step %,5d (%.0f/s)  loss %.3f = %.3f + ranking %.3f  prequential micro %.3f macro %.3f  classes %d  balance in %.0f:1 out %.2f:1",
        seconds,
        embedded.size(),
        embedded.size() / seconds,
        last.getStep(),
        stepsPerSecond(),
        last.getLoss(),
        last.getClassificationLoss(),
        last.getRankingLoss(),
        orZero(last.getAccuracy().getMicro()),
        orZero(last.getAccuracy().getMacro()),
        last.getKnownClasses(),
        ratio(traffic),
        ratio(slots));
  }

  /** Largest over smallest count. */
  static double ratio(Map<String, Integer> counts) {
    return (double) Collections.max(counts.values()) / Collections.min(counts.values());
  }

  private static double orZero(Double value) {
    return value == null ? 0 : value;
  }
}
