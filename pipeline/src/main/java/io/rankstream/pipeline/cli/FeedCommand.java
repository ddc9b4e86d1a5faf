package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LongTail;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import java.io.PrintWriter;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Publishes a data set to the input topic. */
@Command(
    name = "feed",
    description = "Publish a set of labelled images to the input topic.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream feed --data photos/                      photos/CLASS/*.jpg, as fast as Kafka takes them",
      "  rankstream feed --data photos.zip --rate 200        the same out of a zip file, 200 images a second",
      "  rankstream feed --data fashion-mnist --skew 100     a long tail: 6000 images of the first class, 60 of the last"
    })
final class FeedCommand implements Callable<Integer> {

  @Mixin KafkaOptions kafka;
  @Spec CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = {
        "Folder or zip file of class folders with JPEG, PNG, GIF, BMP, WebP or TIFF images,",
        "folder of IDX files (MNIST family), or: fashion-mnist. Links are followed;",
        "what is not read is passed over and told by kind and number."
      })
  String data;

  @Option(
      names = "--split",
      defaultValue = "train",
      description = "Part of the set: train or test (default: ${DEFAULT-VALUE}).")
  Split split;

  @Option(
      names = "--topic",
      paramLabel = "NAME",
      description = "Topic to publish to; created when missing (default: images.v2).")
  String topic = JobOptions.INPUT_TOPIC.defaultValue();

  @Option(
      names = "--stream",
      defaultValue = "default",
      description = "Stream, and so model, that the images are for (default: ${DEFAULT-VALUE}).")
  String stream;

  @Option(
      names = "--skew",
      defaultValue = "1",
      paramLabel = "RATIO",
      description = {
        "Thin the set to a long tail: the first class keeps RATIO times",
        "as many images as the last (default: ${DEFAULT-VALUE}, all images)."
      })
  double skew;

  @Option(
      names = "--drift",
      description = {
        "Reverse the long tail half-way, and hold a fifth of the classes back until then,",
        "to see how the model adapts to a change."
      })
  boolean drift;

  @Option(
      names = "--rate",
      defaultValue = "0",
      paramLabel = "N",
      description = "Images per second; 0 is as fast as possible (default: ${DEFAULT-VALUE}).")
  double rate;

  @Option(
      names = "--unlabeled",
      defaultValue = "0",
      paramLabel = "SHARE",
      description = "Share of images sent without their label (default: ${DEFAULT-VALUE}).")
  double unlabeled;

  @Option(
      names = "--seed",
      defaultValue = "7",
      description = "Seed of the order (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(names = "--limit", paramLabel = "N", description = "Stop after N images.")
  int limit = Integer.MAX_VALUE;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Rule.atLeast(1).require("limit", limit);
    ImageDataset dataset = DataSource.open(data, split, out::println);
    List<Integer> whole =
        drift ? LongTail.drift(dataset, skew, seed).order() : LongTail.order(dataset, skew, seed);
    List<Integer> order = whole.subList(0, Math.min(limit, whole.size()));
    FeedPlan plan = new FeedPlan(topic, stream, rate, unlabeled, seed);
    TopicNames defaults = TopicNames.defaults();
    Properties clients = kafka.connected();
    Topics.create(
        clients,
        new TopicNames(
            topic,
            defaults.embeddings(),
            defaults.metrics(),
            defaults.modelVersions(),
            defaults.deadLetters()),
        1);

    out.printf(
        "%s: %d images of %d classes to %s at %s%n",
        dataset.name(),
        order.size(),
        dataset.classes().size(),
        topic,
        clients.getProperty("bootstrap.servers"));
    out.flush();
    try (ImageFeeder feeder = new ImageFeeder(clients);
        ProgressBar bar = Terminal.isThere() ? bar(order.size()) : null) {
      feeder.feed(dataset, order, plan, bar == null ? sent -> {} : bar::stepTo);
    }
    return 0;
  }

  private static ProgressBar bar(int images) {
    return new ProgressBarBuilder()
        .setTaskName("feed")
        .setInitialMax(images)
        .setUpdateIntervalMillis(500)
        .setUnit(" images", 1)
        .setStyle(
            System.getenv("NO_COLOR") == null
                ? ProgressBarStyle.COLORFUL_UNICODE_BLOCK
                : ProgressBarStyle.UNICODE_BLOCK)
        .showSpeed()
        .build();
  }
}
