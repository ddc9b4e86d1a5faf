package io.rankstream.pipeline.train;

import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsFirst;

import io.rankstream.model.Prediction;
import io.rankstream.model.evaluation.PrequentialAccuracy;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.schemas.PredictionCount;
import io.rankstream.schemas.PrequentialFigures;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The prequential accuracy of one stream's model. */
final class StreamAccuracy {

  private final PrequentialAccuracy accuracy;

  StreamAccuracy(JobConfig.Trainer config) {
    accuracy = new PrequentialAccuracy(config.fadingFactor(), config.prequentialWindow());
  }

  /**
   * Counts the predictions of images; those without a label do not count.
   *
   * @param predictions one for each image
   * @return how many images of a class were predicted as which, by label, then by prediction
   */
  List<PredictionCount> score(List<BatchImage> images, List<Prediction> predictions) {
    Map<String, Map<String, Integer>> counts = new TreeMap<>();
    for (int i = 0; i < images.size(); i++) {
      String label = images.get(i).image().label();
      if (label != null) {
        String predicted = predictions.get(i).label();
        accuracy.add(label, predicted);
        counts
            .computeIfAbsent(label, actual -> new TreeMap<>(nullsFirst(naturalOrder())))
            .merge(predicted, 1, Integer::sum);
      }
    }
    List<PredictionCount> counted = new ArrayList<>();
    counts.forEach(
        (label, row) ->
            row.forEach((predicted, n) -> counted.add(new PredictionCount(label, predicted, n))));
    return counted;
  }

  PrequentialFigures figures() {
    return PrequentialFigures.newBuilder()
        .setMicro(boxed(accuracy.micro()))
        .setMacro(boxed(accuracy.macro()))
        .setWindowMicro(boxed(accuracy.windowMicro()))
        .setWindowMacro(boxed(accuracy.windowMacro()))
        .setHeadRecall(boxed(accuracy.headRecall()))
        .setTailRecall(boxed(accuracy.tailRecall()))
        .build();
  }

  /** Recall of each class of the images; without those never predicted. */
  Map<String, Double> recalls(List<BatchImage> images) {
    Map<String, Double> recalls = new TreeMap<>();
    for (BatchImage slot : images) {
      String label = slot.image().label();
      if (label != null) {
        accuracy.recall(label).ifPresent(recall -> recalls.put(label, recall));
      }
    }
    return recalls;
  }

  void writeTo(DataOutput out) throws IOException {
    accuracy.writeTo(out);
  }

  void readFrom(DataInput in) throws IOException {
    accuracy.readFrom(in);
  }

  /** Reads past the bytes of {@link #writeTo}. */
  static void skip(DataInput in) throws IOException {
    new PrequentialAccuracy(1, 1).readFrom(in);
  }

  private static Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
