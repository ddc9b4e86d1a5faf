package io.rankstream.lab.bench;

import ai.djl.Device;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.OneShotThread;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;

/**
 * The whole job with one and with several replicas of its model, each on a subtask of its own, in
 * turn, and beside them the bare steps of other programs. All share the cores of this machine: with
 * fewer cores than replicas and a thread of PyTorch for each, the figure shows what the rounds
 * cost, not what they gain.
 */
public final class ReplicaBench {

  private ReplicaBench() {}

  /** Runs the jobs in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    ProceduralDataset dataset =
        new ProceduralDataset(PipelineBench.PROCEDURAL_PER_CLASS, Split.TRAIN);
    List<Integer> order = PipelineBench.inTurn(dataset, config.batch().classes());
    List<OtherProcess> others = new ArrayList<>();
    Map<String, double[]> windows;
    Device device = Devices.select(config.device());
    int steps;
    try (BareLoop loop = OneShotThread.call(() -> new BareLoop(config, device, dataset, order))) {
      steps = PipelineBench.steps(loop, plan.seconds());
    }
    try (LocalRun local = LocalRun.start("bench")) {
      PipelineBench.feed(local, config, dataset, order, steps * config.batch().trainEvery());
      AtomicInteger runs = new AtomicInteger();
      Contest contest = new Contest();
      for (int replicas : plan.replicas()) {
        contest.add(
            name(config, replicas),
            () ->
                BenchJob.run(settings(plan, replicas), local, runs.getAndIncrement())
                    .stepsPerSecond());
      }
      for (String command : plan.against()) {
        OtherProcess other = OtherProcess.start(command, config, config.model().loss().ranking());
        others.add(other);
        report.say("Against %s: %s".formatted(other.name(), command));
        contest.add(other.name(), () -> other.stepsPerSecond(plan.seconds()));
      }

      BenchJob.run(plan.settings(), local, runs.getAndIncrement()); // to warm up
      windows = contest.run(0, plan.rounds());
    } finally {
      others.forEach(OtherProcess::close);
    }

    windows.forEach((name, values) -> report.add(Figure.of(name, "batches/s", values)));
    for (int replicas : plan.replicas()) {
      String ours = name(config, replicas);
      Stream.concat(
              plan.replicas().stream()
                  .filter(fewer -> fewer < replicas)
                  .map(fewer -> name(config, fewer)),
              others.stream().map(OtherProcess::name))
          .forEach(
              other ->
                  report.add(
                      Figure.ratio(
                          "%d replicas over %s".formatted(replicas, other),
                          windows.get(ours),
                          windows.get(other))));
    }
  }

  private static Configuration settings(BenchPlan plan, int replicas) {
    return new JobSettings()
        .with(plan.settings().toMap())
        .with(JobOptions.TRAINING_REPLICAS, replicas)
        .with(CoreOptions.DEFAULT_PARALLELISM, replicas)
        .configuration();
  }

  private static String name(JobConfig config, int replicas) {
    return "full job %s, %d replica(s), rounds of %d steps"
        .formatted(
            KebabCase.of(config.model().architecture().backbone()),
            replicas,
            config.replicas().stepsPerRound());
  }
}
