package io.rankstream.lab.bench;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.model.KebabCase;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;

/**
 * The whole job with one, two and four replicas of its model, each on a subtask of its own, in
 * turn. All share the cores of this machine: with fewer cores than replicas and a thread of PyTorch
 * for each, the figure shows what the rounds cost, not what they gain.
 */
public final class ReplicaBench {

  private static final List<Integer> REPLICAS = List.of(1, 2, 4);
  private static final int STEPS = 1_500;

  private ReplicaBench() {}

  /** Runs the jobs in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    ProceduralDataset dataset =
        new ProceduralDataset(PipelineBench.PROCEDURAL_PER_CLASS, Split.TRAIN);
    List<Integer> order = PipelineBench.inTurn(dataset, config.batch().classes());
    Map<Integer, List<Double>> rates = new LinkedHashMap<>();
    REPLICAS.forEach(replicas -> rates.put(replicas, new ArrayList<>()));
    try (LocalRun local = LocalRun.start("bench")) {
      PipelineBench.feed(local, config, dataset, order, STEPS * config.batch().trainEvery());
      int run = 0;
      BenchJob.run(settings(plan, 1), local, run++); // to warm up
      for (int round = 0; round < plan.rounds(); round++) {
        for (int replicas : REPLICAS) {
          BenchJob.Timing timing = BenchJob.run(settings(plan, replicas), local, run++);
          rates.get(replicas).add(timing.stepsPerSecond());
        }
      }
    }

    rates.forEach(
        (replicas, values) ->
            report.add(
                Figure.of(
                    name(config, replicas),
                    "batches/s",
                    values.stream().mapToDouble(Double::doubleValue).toArray())));
    for (int replicas : REPLICAS.subList(1, REPLICAS.size())) {
      report.addRatio(
          "%d replicas over 1".formatted(replicas), name(config, replicas), name(config, 1));
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
