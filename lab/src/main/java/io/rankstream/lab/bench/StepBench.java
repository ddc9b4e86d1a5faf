package io.rankstream.lab.bench;

import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.ModelConfig;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.Precisions;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The training step alone: each loss against softmax alone, bfloat16 against float32 where the
 * settings ask for it, and both against the same step in other programs. With one thread of PyTorch
 * the rates are by CPU time, which other programs on the machine hardly change.
 */
public final class StepBench implements AutoCloseable {

  /** Losses that the programs of {@code --against} have, too. */
  private static final Set<RankingLoss> KNOWN_ELSEWHERE =
      EnumSet.of(
          RankingLoss.NONE,
          RankingLoss.TRIPLET_SEMI_HARD,
          RankingLoss.TRIPLET_HARD,
          RankingLoss.CENTER);

  private final BenchPlan plan;
  private final JobConfig config;
  private final NoiseBatch batch;
  private final Contest contest = new Contest();
  private final List<AutoCloseable> open = new ArrayList<>();

  /** Names of two contestants by the name of their ratio, a rate over a rate. */
  private final Map<String, List<String>> ratios = new LinkedHashMap<>();

  private StepBench(BenchPlan plan) {
    this.plan = plan;
    config = JobConfig.from(plan.settings());
    batch = NoiseBatch.of(config);
  }

  /** Measures all contestants in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    try (StepBench bench = new StepBench(plan)) {
      for (RankingLoss loss : plan.losses()) {
        bench.add(loss, report);
      }
      bench.measure(report);
    }
  }

  /** A trainer with a ranking loss that has the parameters of the paper. */
  public static OnlineTrainer trainer(JobConfig config, RankingLoss loss) {
    return OnlineTrainer.create(
        config.model().withLoss(LossConfig.paperDefaults(loss)), Devices.select(config.device()));
  }

  /** The name of a loss in tables: softmax where there is no ranking loss beside it. */
  public static String lossName(RankingLoss loss) {
    return loss == RankingLoss.NONE ? "softmax" : KebabCase.of(loss);
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private void add(RankingLoss loss, BenchReport report) throws Exception {
    List<String> ours = new ArrayList<>();
    for (Precision precision : BenchPlan.compared(config.model().precisions().step())) {
      String name = name(loss, precision);
      ModelConfig model = config.model().withPrecisions(new Precisions(precision, precision));
      OnlineTrainer trainer = trainer(config.withModel(model), loss);
      open.add(trainer);
      contest.add(name, plan.window(() -> trainer.learn(batch.images(), batch.labels())));
      ours.forEach(other -> addRatio(name, "float32", other));
      ours.add(name);
      if (loss != RankingLoss.NONE && plan.losses().contains(RankingLoss.NONE)) {
        // Both are rates: their inverse ratio is the ratio of the times.
        ratios.put(
            name + ", time over softmax's", List.of(name(RankingLoss.NONE, precision), name));
      }
    }
    if (KNOWN_ELSEWHERE.contains(loss)) {
      for (String command : plan.against()) {
        addElsewhere(loss, command, ours, report);
      }
    }
  }

  private void addElsewhere(RankingLoss loss, String command, List<String> ours, BenchReport report)
      throws Exception {
    OtherProcess other = OtherProcess.start(command, config, loss);
    open.add(other);
    report.say("Against %s: %s".formatted(other.name(), command));
    String name = "%s, in %s".formatted(name(loss, Precision.FLOAT32), other.name());
    contest.add(
        name,
        Devices.threads() == 1
            ? () -> other.stepsPerCpuSecond(plan.seconds())
            : () -> other.stepsPerSecond(plan.seconds()));
    ours.forEach(each -> addRatio(each, other.name(), name));
  }

  private void addRatio(String name, String otherWords, String other) {
    ratios.put("%s, over %s".formatted(name, otherWords), List.of(name, other));
  }

  private void measure(BenchReport report) throws Exception {
    Map<String, double[]> windows = contest.run(plan.rounds());
    windows.forEach((name, values) -> report.add(figure(name, values)));
    ratios.forEach(
        (name, pair) ->
            report.add(Figure.ratio(name, windows.get(pair.get(0)), windows.get(pair.get(1)))));
  }

  private Figure figure(String name, double[] rates) {
    double median = Figure.of(name, plan.unit("steps"), rates).median();
    return Figure.of(
        name,
        plan.unit("steps"),
        Map.of("ms", 1000 / median, "images/s", median * config.batch().size()),
        rates);
  }

  private String name(RankingLoss loss, Precision precision) {
    String name =
        "step %s %dx%d %s"
            .formatted(
                KebabCase.of(config.model().architecture().backbone()),
                config.model().input().height(),
                config.model().input().width(),
                lossName(loss));
    return precision == Precision.FLOAT32 ? name : name + " " + precision.id();
  }
}
