package io.rankstream.lab.demo;

import io.rankstream.lab.report.Confusions;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.dataset.FashionMnist;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.LongTail;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.dataset.ToldOnce;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The images of the demo, in the order in which they are fed: a long tail with labels, then unseen
 * images without.
 *
 * @param training images with labels
 * @param order indices into the training images; frequent classes come often
 * @param change position in the order at which the stream changes, if it does
 * @param heldOut unseen images
 * @param heldOutOrder indices into the unseen images
 */
record DemoImages(
    ImageDataset training,
    List<Integer> order,
    OptionalLong change,
    ImageDataset heldOut,
    List<Integer> heldOutOrder) {

  /**
   * Opens the data set of a plan.
   *
   * @param log called with a line on each download, and on what is there and not taken
   */
  static DemoImages open(DemoPlan plan, Consumer<String> log) throws IOException {
    Consumer<String> once = new ToldOnce(log);
    ImageDataset training = open(plan.data(), Split.TRAIN, once);
    ImageDataset heldOut = open(plan.data(), Split.TEST, once);
    ImageDatasets.requireReadable(training);
    List<Integer> heldOutOrder = LongTail.order(heldOut, 1, plan.seed());
    if (!plan.drift()) {
      return new DemoImages(
          training,
          LongTail.order(training, plan.skew(), plan.seed()),
          OptionalLong.empty(),
          heldOut,
          heldOutOrder);
    }

    LongTail.Drift drift = LongTail.drift(training, plan.skew(), plan.seed());
    return new DemoImages(
        training, drift.order(), OptionalLong.of(drift.change()), heldOut, heldOutOrder);
  }

  private static ImageDataset open(Optional<Path> data, Split split, Consumer<String> log)
      throws IOException {
    return data.isPresent()
        ? ImageDatasets.open(data.get(), split, log)
        : new FashionMnist(log).open(split);
  }

  /** Images to feed, with and without label. */
  int size() {
    return order.size() + heldOutOrder.size();
  }

  /** Images of each class that are fed with their label. */
  Map<String, Integer> traffic() {
    return traffic(order);
  }

  /** Classes that come less often from the change on; none without a change. */
  Set<String> rarer() {
    if (change.isEmpty()) {
      return Set.of();
    }

    int at = (int) change.getAsLong();
    Map<String, Integer> before = traffic(order.subList(0, at));
    Map<String, Integer> after = traffic(order.subList(at, order.size()));
    return before.keySet().stream()
        .filter(label -> after.getOrDefault(label, 0) < before.get(label))
        .collect(Collectors.toSet());
  }

  private Map<String, Integer> traffic(List<Integer> part) {
    Map<String, Integer> counts = new HashMap<>();
    for (int index : part) {
      counts.merge(classOf(training, index), 1, Integer::sum);
    }
    return counts;
  }

  /** Class of each unseen image by image id. */
  Map<String, String> answers() throws IOException {
    Map<String, String> answers = new HashMap<>();
    for (int index : heldOutOrder) {
      answers.put(heldOut.id(index), classOf(heldOut, index));
    }
    return answers;
  }

  /**
   * How the unseen images were taken for each other.
   *
   * @param predictions class that was predicted, by image id; null where none was known
   */
  Confusions confusions(Map<String, String> predictions) {
    Confusions confusions = new Confusions();
    for (int index : heldOutOrder) {
      String id = heldOut.id(index);
      if (predictions.containsKey(id)) {
        confusions.add(classOf(heldOut, index), predictions.get(id), index);
      }
    }
    return confusions;
  }

  /**
   * Feeds the images with labels.
   *
   * @param clients Kafka client settings
   * @param rate images per second; 0 for as fast as possible
   */
  void feedTraining(Properties clients, TopicNames topics, double rate, long seed)
      throws IOException {
    feed(clients, training, order, plan(topics, rate, 0, seed));
  }

  /** Feeds the unseen images, without labels. */
  void feedUnseen(Properties clients, TopicNames topics, double rate, long seed)
      throws IOException {
    feed(clients, heldOut, heldOutOrder, plan(topics, rate, 1, seed));
  }

  private static void feed(
      Properties clients, ImageDataset images, List<Integer> order, FeedPlan plan)
      throws IOException {
    try (ImageFeeder feeder = new ImageFeeder(clients)) {
      feeder.feed(images, order, plan, sent -> {});
    }
  }

  private static FeedPlan plan(TopicNames topics, double rate, double unlabeled, long seed) {
    return new FeedPlan(topics.images(), "default", rate, unlabeled, seed);
  }

  private static String classOf(ImageDataset dataset, int index) {
    return dataset.classes().get(dataset.classOf(index));
  }
}
