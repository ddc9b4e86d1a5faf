package io.rankstream.lab.experiment;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.start.DecidedPrecisions;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LongTail;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;

/** Trains all arms of a plan on the same streams. */
public final class Experiment {

  private static final int TIMED_STEPS = 100;
  private static final double TIMED_SECONDS = 60;

  private final ExperimentPlan plan;
  private final JobConfig config;
  private final Consumer<String> log;

  /**
   * @param log called with a line on each event of the run
   * @throws io.rankstream.pipeline.config.ConfigurationException when a setting is invalid
   */
  public Experiment(ExperimentPlan plan, Consumer<String> log) {
    this.plan = plan;
    this.log = log;
    this.config =
        DecidedPrecisions.of(
            JobConfig.from(new JobSettings().with(plan.settings()).configuration()));
  }

  /** Runs all arms with all seeds. Every image of the plan must be one that can be decoded. */
  public ExperimentResult run() throws Exception {
    Files.createDirectories(plan.directory());
    try (LocalRun local = LocalRun.start("experiment")) {
      for (long seed : plan.seeds()) {
        for (int steps : plan.budgets()) {
          feed(local, seed, steps);
        }
      }
      List<RunResult> runs = runs(local);
      List<ArmResult> arms =
          plan.arms().stream().map(arm -> new ArmResult(arm, ofArm(runs, arm), traffic())).toList();
      return new ExperimentResult(plan, config, arms, stepMillis());
    }
  }

  /** Fills the stream of a seed. */
  private void feed(LocalRun local, long seed, int steps) throws Exception {
    String topic = ArmRun.images(seed, steps);
    Topics.createImages(local.clients(), topic);
    int count = steps * config.batch().size();
    FeedPlan sending = new FeedPlan(topic, "default", 0, 0, seed);
    try (ImageFeeder feeder = new ImageFeeder(local.clients())) {
      for (List<Integer> order : ExperimentStream.passes(plan, seed, count)) {
        feeder.feed(plan.training(), order, sending, sent -> {});
      }
    }
    log.accept("Stream of seed %d: %,d images".formatted(seed, count));
  }

  private List<RunResult> runs(LocalRun local) throws Exception {
    ExecutorService threads =
        Executors.newFixedThreadPool(plan.parallel(), new ExecutorThreadFactory("arm"));
    try {
      List<Future<RunResult>> pending = new ArrayList<>();
      for (long seed : plan.seeds()) {
        for (Arm arm : plan.arms()) {
          ArmRun run = new ArmRun(plan, local, arm, seed, config);
          pending.add(threads.submit(() -> logged(run.run())));
        }
      }

      List<RunResult> results = new ArrayList<>();
      for (Future<RunResult> each : pending) {
        results.add(each.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      threads.shutdownNow();
    }
  }

  private RunResult logged(RunResult run) {
    log.accept(
        "%-32s seed %d  %,d steps in %.0f s  %sR@1 %.4f (pooled %.4f)  NMI %.4f (pooled %.4f)"
            .formatted(
                plan.nameOf(run.arm()),
                run.seed(),
                run.steps(),
                run.seconds(),
                run.evaluation().knownClasses() > 0
                    ? "macro %.4f  ".formatted(run.evaluation().confusion().macro())
                    : "",
                run.evaluation().embedding().recall().get(1),
                run.evaluation().pooled().recall().get(1),
                run.evaluation().embedding().nmi(),
                run.evaluation().pooled().nmi()));
    return run;
  }

  private Map<String, Integer> traffic() {
    Map<String, Integer> counts = new TreeMap<>();
    ImageDataset images = plan.training();
    for (int index : LongTail.order(images, plan.skew(), 0)) {
      counts.merge(images.classes().get(images.classOf(index)), 1, Integer::sum);
    }

    return counts;
  }

  /** Median milliseconds of the training step with each loss, without a job around it. */
  public Map<RankingLoss, Double> stepMillis() throws Exception {
    List<RankingLoss> losses =
        Stream.concat(
                Stream.of(RankingLoss.NONE), // the baseline of the comparison
                plan.arms().stream().map(Arm::loss))
            .distinct()
            .sorted()
            .toList();
    log.accept("Timing the step of %d losses in turn ...".formatted(losses.size()));
    double estimate =
        StepTiming.medians(config, List.of(RankingLoss.NONE), 1).get(RankingLoss.NONE) / 1e3;
    int rounds = (int) Math.max(5, Math.min(TIMED_STEPS, TIMED_SECONDS / estimate / losses.size()));
    return new LinkedHashMap<>(StepTiming.medians(config, losses, rounds));
  }

  private static List<RunResult> ofArm(List<RunResult> runs, Arm arm) {
    return runs.stream().filter(run -> run.arm().equals(arm)).toList();
  }
}
