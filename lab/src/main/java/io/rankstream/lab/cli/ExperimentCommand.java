package io.rankstream.lab.cli;

import io.rankstream.lab.experiment.Arm;
import io.rankstream.lab.experiment.Experiment;
import io.rankstream.lab.experiment.ExperimentPlan;
import io.rankstream.lab.experiment.ExperimentReport;
import io.rankstream.lab.experiment.ExperimentResult;
import io.rankstream.lab.experiment.ExperimentTable;
import io.rankstream.model.Devices;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.cli.DataSource;
import io.rankstream.pipeline.cli.ShellCommand;
import io.rankstream.pipeline.cli.TestShareOption;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.config.Sampler;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.dataset.DatasetView;
import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.LongTail;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.dataset.ToldOnce;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The {@code experiment} command: compares losses and samplers as the paper does. */
@Command(
    name = "experiment",
    description = {
      "Compare losses and samplers on your data set.",
      "The real job trains each combination on the train split, from Kafka to Kafka; the models are scored",
      "on the test split. It writes a table, JSON and a report.",
      "",
      "Settings of the job are written --key value, as for run."
    },
    mixinStandardHelpOptions = true,
    customSynopsis = "rankstream experiment --data PATH [OPTIONS] [--key value]...",
    footer = {
      "",
      "Examples:",
      "  rankstream experiment --data fashion-mnist --skew 100",
      "  rankstream experiment --data fashion-mnist --skew 100 --losses none --sampler pk,natural --seeds 1",
      "  rankstream experiment --data fashion-mnist --losses triplet-semi-hard --drift --seeds 1",
      "  rankstream experiment --data photos.zip --losses none,triplet-hard --lambda 0.2,0.5,1,2 \\",
      "      --model.backbone resnet18 --model.channels 3 --model.height 64 --model.width 64",
      "  rankstream experiment --data fashion-mnist --skew 100 --losses triplet-semi-hard \\",
      "      --balance 0,0.5,1,auto --steps 1500,8000 --optimizer.schedule constant"
    })
final class ExperimentCommand implements Callable<Integer> {

  @Mixin TestShareOption testShare;
  @Spec CommandSpec spec;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "Data set, as for feed; or fashion-mnist.")
  String data;

  @Option(
      names = "--hold-out-classes",
      paramLabel = "N",
      description =
          "Keep every Nth class out of the training and score retrieval on these classes alone: all images of a set without folders train and test, else those of its train split.")
  int holdOut;

  @Option(
      names = {"--losses", "--methods"},
      split = ",",
      paramLabel = "NAME",
      converter = LossConverter.class,
      defaultValue = "none,center,triplet-semi-hard,triplet-hard",
      description =
          "Ranking losses to compare: none (or softmax), triplet-semi-hard, triplet-hard, triplet-all, center, triplet-center, magnet, supervised-contrastive, multi-similarity (default: ${DEFAULT-VALUE}).")
  List<RankingLoss> losses;

  @Option(
      names = "--sampler",
      split = ",",
      defaultValue = "pk",
      description = "Samplers to compare: pk, natural (default: ${DEFAULT-VALUE}).")
  List<Sampler> samplers;

  @Option(
      names = "--balance",
      split = ",",
      paramLabel = "X",
      description =
          "How far batches of pk follow the traffic, to compare: numbers of 0 to 1, and auto (default: batch.balance of the settings).")
  List<String> balances = new ArrayList<>();

  @Option(
      names = "--lambda",
      split = ",",
      paramLabel = "X",
      defaultValue = "1",
      description =
          "Weights of the ranking loss, as multiples of those of the paper's code: 1, and 0.003 for center (default: ${DEFAULT-VALUE}).")
  List<Double> strengths;

  @Option(
      names = "--seeds",
      defaultValue = "3",
      paramLabel = "N",
      description = "Runs of each arm (default: ${DEFAULT-VALUE}).")
  int seeds;

  @Option(
      names = "--first-seed",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Seed of the first run of each arm; the others follow. With it, a long experiment can be made in parts (default: ${DEFAULT-VALUE}).")
  long firstSeed;

  @Option(
      names = "--steps",
      split = ",",
      defaultValue = "1500",
      paramLabel = "N",
      description =
          "Training steps of each run; of several numbers, such as 1500,8000, each is a group of rows in the table (default: ${DEFAULT-VALUE}).")
  List<Integer> budgets;

  @Option(
      names = "--skew",
      defaultValue = "1",
      paramLabel = "RATIO",
      description =
          "Images of the first class over images of the last (default: ${DEFAULT-VALUE}).")
  double skew;

  @Option(
      names = "--parallel",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Runs at the same time; each gets its share of the cores. Small networks finish sooner with it (default: ${DEFAULT-VALUE}).")
  int parallel;

  @Option(
      names = "--drift",
      description =
          "Also publish a version every 50 steps, and measure on 512 unseen images how far embeddings move from version to version. Set --optimizer.schedule constant to learn about a stream without end.")
  boolean drift;

  @Option(
      names = "--stop-classes",
      paramLabel = "N",
      description =
          "Every Nth class stops coming half-way: also print how well the model knew these classes then and at the end.")
  int stopEvery;

  @Option(
      names = "--timing-only",
      description = "Train nothing: only time the step with each loss, all in turn.")
  boolean timingOnly;

  @Option(
      names = "--out",
      defaultValue = "experiment",
      paramLabel = "DIRECTORY",
      description = "Directory for results and models (default: ${DEFAULT-VALUE}).")
  Path directory;

  @Unmatched List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    Rule.atLeast(1).require("seeds", seeds);
    Rule.atLeast(0L).require("first-seed", firstSeed);
    budgets.forEach(steps -> Rule.atLeast(1).require("steps", steps));
    Rule.atLeast(1).require("parallel", parallel);
    LongTail.IMBALANCE.require("skew", skew);
    if (stopEvery != 0) {
      Rule.atLeast(2).require("stop-classes", stopEvery);
      if (holdOut > 0) {
        throw new UsageException(
            "Invalid stop-classes: %d (not with hold-out-classes, which scores other classes alone)"
                .formatted(stopEvery));
      }
    }
    if (parallel > 1) {
      int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / parallel);
      Devices.setThreads(threads);
    }

    Consumer<String> log = new ToldOnce(line -> say(out, line));
    Map<String, String> jobSettings = JobSettings.read(null, settings).toMap();
    ImageDataset training = readable(training(log), jobSettings, log);
    ExperimentPlan plan =
        new ExperimentPlan(
            training,
            readable(unseen(log), jobSettings, log),
            Arm.combine(
                losses,
                samplers,
                balances(jobSettings),
                strengths,
                budgets.stream().distinct().toList()),
            LongStream.range(firstSeed, firstSeed + seeds).boxed().toList(),
            skew,
            parallel,
            drift,
            stopped(training),
            jobSettings,
            directory);
    out.printf(
        "%s: %,d images to train on, %,d unseen; %d arms, %d seeds, %s steps%n",
        plan.training().name(),
        plan.training().size(),
        plan.unseen().size(),
        plan.arms().size(),
        seeds,
        budgets.stream()
            .map(steps -> String.format(Locale.ROOT, "%,d", steps))
            .collect(Collectors.joining(" and ")));
    out.flush();
    Experiment experiment = new Experiment(plan, line -> say(out, line));
    if (timingOnly) {
      ExperimentTable.printStepMillis(out, experiment.stepMillis());
      return 0;
    }

    ExperimentResult result = experiment.run();
    out.println();
    new ExperimentTable(result).print(out);
    List<Path> written = new ExperimentReport(result, ShellCommand.words(spec)).write();
    written.forEach(file -> say(out, "Written: " + file.toAbsolutePath()));
    return 0;
  }

  /** Every Nth, so that a long tail keeps its most frequent class. */
  private Set<String> stopped(ImageDataset training) {
    if (stopEvery == 0) {
      return Set.of();
    }

    List<String> classes = training.classes();
    return IntStream.range(0, classes.size())
        .filter(i -> i % stopEvery == stopEvery - 1)
        .mapToObj(classes::get)
        .collect(Collectors.toSet());
  }

  /** Those to compare, each as the job takes it. */
  private List<String> balances(Map<String, String> jobSettings) {
    List<String> all = balances.stream().distinct().toList();
    for (String each : all) {
      JobConfig.from(
          new JobSettings().with(jobSettings).with(JobOptions.BATCH_BALANCE, each).configuration());
    }
    return all;
  }

  /** All arms are scored on all images, hours from now: each must be good. */
  private ImageDataset readable(
      ImageDataset dataset, Map<String, String> jobSettings, Consumer<String> log)
      throws IOException {
    if (timingOnly) {
      return dataset;
    }

    log.accept(
        String.format(Locale.ROOT, "%s: checking %,d images ...", dataset.name(), dataset.size()));
    JobConfig config = JobConfig.from(new JobSettings().with(jobSettings).configuration());
    return ImageDatasets.readable(dataset, config.model().architecture().input(), log);
  }

  private ImageDataset training(Consumer<String> log) throws IOException {
    return holdOut > 0
        ? DatasetView.ofClasses(allClasses(log), c -> c % holdOut != holdOut - 1)
        : DataSource.open(data, Split.TRAIN, testShare.split(), log);
  }

  private ImageDataset unseen(Consumer<String> log) throws IOException {
    return holdOut > 0
        ? DatasetView.ofClasses(allClasses(log), c -> c % holdOut == holdOut - 1)
        : DataSource.open(data, Split.TEST, testShare.split(), log);
  }

  private ImageDataset allClasses(Consumer<String> log) throws IOException {
    return DataSource.open(data, Split.TRAIN, FileNameSplit.NONE, log);
  }

  private static synchronized void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}
