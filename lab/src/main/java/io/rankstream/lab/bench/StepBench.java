package io.rankstream.lab.bench;

import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The training step alone: each loss against softmax alone and, where a program is given, against
 * the same step in that program.
 */
public final class StepBench {

  /** Losses that the program of {@code --against} has, too. */
  private static final Set<RankingLoss> KNOWN_ELSEWHERE =
      EnumSet.of(
          RankingLoss.NONE,
          RankingLoss.TRIPLET_SEMI_HARD,
          RankingLoss.TRIPLET_HARD,
          RankingLoss.CENTER);

  private StepBench() {}

  /** Measures all losses in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    NoiseBatch batch = NoiseBatch.of(config);
    List<AutoCloseable> open = new ArrayList<>();
    try {
      Contest contest = new Contest();
      for (RankingLoss loss : plan.losses()) {
        OnlineTrainer trainer = trainer(config, loss);
        open.add(trainer);
        contest.add(
            name(config, loss),
            Contest.rate(plan.seconds(), () -> trainer.learn(batch.images(), batch.labels())));
        if (plan.against().isPresent() && KNOWN_ELSEWHERE.contains(loss)) {
          OtherProcess other = OtherProcess.start(plan.against().get(), config, loss);
          open.add(other);
          report.say("Against: %s %s".formatted(plan.against().get(), other.greeting()));
          contest.add(
              name(config, loss) + " elsewhere", () -> other.stepsPerSecond(plan.seconds()));
        }
      }

      Map<String, double[]> windows = contest.run(plan.rounds());
      windows.forEach((name, values) -> report.add(figure(config, name, values)));
      ratios(config, windows, plan.losses(), report);
    } finally {
      for (AutoCloseable each : open) {
        each.close();
      }
    }
  }

  /** A trainer with a ranking loss that has the parameters of the paper. */
  public static OnlineTrainer trainer(JobConfig config, RankingLoss loss) {
    return OnlineTrainer.create(
        config.model().withLoss(LossConfig.paperDefaults(loss)), Devices.select(config.device()));
  }

  private static void ratios(
      JobConfig config,
      Map<String, double[]> windows,
      List<RankingLoss> losses,
      BenchReport report) {
    for (RankingLoss loss : losses) {
      String ours = name(config, loss);
      if (windows.containsKey(ours + " elsewhere")) {
        report.addRatio(ours + ", over elsewhere", ours, ours + " elsewhere");
      }
      if (loss != RankingLoss.NONE && losses.contains(RankingLoss.NONE)) {
        // Both are rates: their inverse ratio is the ratio of the times.
        report.addRatio(ours + ", time over softmax's", name(config, RankingLoss.NONE), ours);
      }
    }
  }

  private static Figure figure(JobConfig config, String name, double[] stepsPerSecond) {
    double median = Figure.of(name, "steps/s", stepsPerSecond).median();
    return Figure.of(
        name,
        "steps/s",
        Map.of("ms", 1000 / median, "images/s", median * config.batch().size()),
        stepsPerSecond);
  }

  /** Name of the measurement of a loss. */
  static String name(JobConfig config, RankingLoss loss) {
    return "step %s %dx%d %s"
        .formatted(
            KebabCase.of(config.model().architecture().backbone()),
            config.model().input().height(),
            config.model().input().width(),
            lossName(loss));
  }

  /** The name of a loss in tables: softmax where there is no ranking loss beside it. */
  public static String lossName(RankingLoss loss) {
    return loss == RankingLoss.NONE ? "softmax" : KebabCase.of(loss);
  }
}
