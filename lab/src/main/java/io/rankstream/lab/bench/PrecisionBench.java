package io.rankstream.lab.bench;

import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.ModelConfig;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.Precisions;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * bfloat16 against float32: the training step and embeddings. With one thread of PyTorch the rates
 * are by the CPU time of that thread, which other programs on the machine hardly change.
 */
public final class PrecisionBench {

  private PrecisionBench() {}

  /** Measures where the plan's settings ask for bfloat16; otherwise does nothing. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    if (config.model().precisions().equals(Precisions.float32())) {
      return;
    }

    NoiseBatch batch = NoiseBatch.of(config);
    List<OnlineTrainer> open = new ArrayList<>();
    try {
      Contest contest = new Contest();
      for (Precision precision : Precision.values()) {
        OnlineTrainer trainer = trainer(config, precision);
        open.add(trainer);
        contest.add(
            name("step", config, precision),
            window(plan, () -> trainer.learn(batch.images(), batch.labels())));
        contest.add(
            name("embed", config, precision),
            window(plan, () -> trainer.served().embed(batch.images())));
      }

      Map<String, double[]> windows = contest.run(plan.rounds());
      windows.forEach((name, values) -> report.add(Figure.of(name, "batches/s", values)));
      for (String what : List.of("step", "embed")) {
        String narrow = name(what, config, Precision.BFLOAT16);
        report.addRatio(narrow + ", over float32", narrow, name(what, config, Precision.FLOAT32));
      }
    } finally {
      open.forEach(OnlineTrainer::close);
    }
  }

  private static OnlineTrainer trainer(JobConfig config, Precision precision) {
    ModelConfig model = config.model().withPrecisions(new Precisions(precision, precision));
    return OnlineTrainer.create(model, Devices.select(config.device()));
  }

  private static Contest.Window window(BenchPlan plan, Contest.Work work) {
    return Devices.threads() == 1
        ? Contest.cpuRate(plan.seconds(), work)
        : Contest.rate(plan.seconds(), work);
  }

  private static String name(String what, JobConfig config, Precision precision) {
    return "%s %s %dx%d %s"
        .formatted(
            what,
            KebabCase.of(config.model().architecture().backbone()),
            config.model().input().height(),
            config.model().input().width(),
            KebabCase.of(precision));
  }
}
