package io.rankstream.lab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.optimize.Gradient;
import io.rankstream.model.optimize.Optimization;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.pipeline.config.JobConfig;
import java.util.List;

/** The weight update alone, on a flat vector with the size of the configured network. */
public final class OptimizerBench {

  private static final double LEARNING_RATE = 1e-3;

  private OptimizerBench() {}

  /** Measures both rules in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    TwoHeadNetwork network = new TwoHeadNetwork(config.model().architecture());
    int size = network.layout().parametersSize();
    OptimizerConfig sgd = OptimizerConfig.sgd(LEARNING_RATE, Schedule.constant());
    List<OptimizerConfig> optimizers =
        List.of(sgd, sgd.withRule(OptimizerConfig.Rule.ADAMW).withWeightDecay(0.01));
    try (NDManager manager =
        NDManager.newBaseManager(Devices.select(config.device()), Devices.ENGINE)) {
      Contest contest = new Contest();
      for (OptimizerConfig optimizer : optimizers) {
        NDArray weights = manager.ones(new Shape(size));
        List<Segment> whole = Segment.of(network.layout(), Long.MAX_VALUE);
        Optimization optimization =
            new Optimization(
                optimizer,
                network,
                weights,
                whole,
                (name, values) -> manager.zeros(new Shape(values), DataType.FLOAT32));
        Gradient gradient = Gradient.of(Segment.cut(whole, manager.ones(new Shape(size))));
        contest.add(
            "optimizer %s, %,d parameters".formatted(KebabCase.of(optimizer.rule()), size),
            Contest.rate(
                plan.seconds(),
                () -> {
                  optimization.apply(gradient, LEARNING_RATE, 0);
                  weights.getFloat(0); // waits for the GPU
                }));
      }
      contest
          .run(plan.rounds())
          .forEach((name, values) -> report.add(Figure.of(name, "updates/s", values)));
    }
  }
}
