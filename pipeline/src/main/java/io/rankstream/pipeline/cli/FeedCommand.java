package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.dataset.DatasetView;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.LongTail;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.feed.Epochs;
import io.rankstream.pipeline.tools.feed.FeedLimits;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.apache.flink.util.TimeUtils;
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
      "  rankstream feed --data photos/                      three quarters of photos/CLASS/*.jpg; evaluate takes the others",
      "  rankstream feed --data photos/ --test-share 0       all of them",
      "  rankstream feed --data photos.zip --rate 200        the same out of a zip file, 200 images a second",
      "  rankstream feed --data fashion-mnist --skew 100     a long tail: 6000 images of the first class, 60 of the last",
      "  rankstream feed --data photos/ --epochs 50          a small set 50 times, each time in another order"
    })
final class FeedCommand implements Callable<Integer> {

  @Mixin KafkaOptions kafka;
  @Mixin TestShareOption testShare;
  @Spec CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description =
          "Folder or zip file of class folders with JPEG, PNG, GIF, BMP, WebP or TIFF images, folder of IDX files (MNIST family), or: fashion-mnist. Links are followed; what is not read is passed over and told by kind and number.")
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
      description =
          "Thin the set to a long tail: the first class keeps RATIO times as many images as the last (default: ${DEFAULT-VALUE}, all images).")
  double skew;

  @Option(
      names = "--drift",
      description =
          "Reverse the long tail half-way, and hold a fifth of the classes back until then, to see how the model adapts to a change.")
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

  @Option(
      names = "--epochs",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Send the set N times, each time in another order, so that a small set trains for long (default: ${DEFAULT-VALUE}). Ids stay; the job takes each time for a new one by its event time.")
  int epochs;

  @Option(
      names = "--epoch-gap",
      defaultValue = "1 h",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Time between the event times of two epochs; those of the last are the present. It must be longer than repeats.within of the job, or the job passes over what comes again (default: ${DEFAULT-VALUE}).")
  Duration epochGap;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Stop after N images, over all epochs.")
  int limit = Integer.MAX_VALUE;

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    FeedPlan plan =
        new FeedPlan(topic, stream, rate, unlabeled, seed, new Epochs(epochs, epochGap), limit);
    if (drift) {
      Rule.atMost(1)
          .because("since with --drift the stream changes once")
          .require("epochs", epochs);
    }
    ImageDataset dataset = DataSource.open(data, split, testShare.split(), out::println);
    List<Integer> whole =
        drift ? LongTail.drift(dataset, skew, seed).order() : LongTail.order(dataset, skew, seed);
    TopicNames defaults = TopicNames.defaults();
    Properties clients = kafka.connected();
    ImageDataset inOrder = DatasetView.of(dataset, whole.subList(0, Math.min(limit, whole.size())));
    out.printf("Checking %d images ...%n", inOrder.size());
    out.flush();
    ImageDataset good = ImageDatasets.readable(inOrder, out::println);
    List<Integer> order = IntStream.range(0, good.size()).boxed().toList();
    Topics.create(
        clients,
        new TopicNames(
            topic,
            defaults.embeddings(),
            defaults.metrics(),
            defaults.modelVersions(),
            defaults.deadLetters()),
        1);
    FeedLimits.of(clients, topic).require(good, plan);
    boolean wasUsed = Topics.hasRecords(clients, topic);

    int images = plan.images(order.size());
    out.printf(
        "%s: %d images of %d classes%s to %s at %s%n",
        dataset.name(),
        images,
        dataset.classes().size(),
        epochs > 1 ? " in %d epochs".formatted(epochs) : "",
        topic,
        clients.getProperty("bootstrap.servers"));
    out.flush();
    try (ImageFeeder feeder = new ImageFeeder(clients);
        ProgressBar bar = Terminal.isThere() ? bar(images) : null) {
      feeder.feed(good, order, plan, bar == null ? sent -> {} : bar::stepTo);
    }
    if (epochs == 1 && wasUsed) {
      out.printf(
          "%s had records before. A job passes over an image that it had before, with the same label and bytes and an event time less than %s away (%s unless set), and counts it in its line of progress and in numImagesRepeated. To train longer on the same set, send it with --epochs N%n",
          topic,
          JobOptions.REPEATS_WITHIN.key(),
          TimeUtils.formatWithHighestUnit(JobOptions.REPEATS_WITHIN.defaultValue()));
      out.flush();
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
