package io.rankstream.lab.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.Devices;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.optimize.AdamW;
import io.rankstream.model.optimize.Blocks;
import io.rankstream.model.optimize.MomentumSgd;
import io.rankstream.model.optimize.UpdateRule;
import io.rankstream.pipeline.config.JobConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The update of all weights alone, over the flat vector of the configured network. */
public final class OptimizerBench {

  private static final double LEARNING_RATE = 1e-3;

  private OptimizerBench() {}

  /** Measures both rules in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    int size = new TwoHeadNetwork(config.model().architecture()).layout().parametersSize();
    Map<String, UpdateRule> rules = new LinkedHashMap<>();
    rules.put("sgd", new MomentumSgd(0.9, 0));
    rules.put("adamw", new AdamW(0.9, 0.999, 0.01));
    try (NDManager manager =
        NDManager.newBaseManager(Devices.select(config.device()), Devices.ENGINE)) {
      Contest contest = new Contest();
      rules.forEach(
          (name, rule) -> {
            NDList weights = blocks(manager.ones(new Shape(size)));
            List<NDList> moments =
                IntStream.range(0, rule.moments())
                    .mapToObj(i -> blocks(manager.zeros(new Shape(size), DataType.FLOAT32)))
                    .toList();
            NDList gradient = blocks(manager.ones(new Shape(size)));
            contest.add(
                "optimizer %s, %,d parameters".formatted(name, size),
                Contest.rate(
                    plan.seconds(),
                    () -> {
                      Blocks.update(
                          rule, weights, moments, gradient, Optional.empty(), LEARNING_RATE, 1);
                      weights.get(0).getFloat(0); // on a GPU, waits until it is done
                    }));
          });
      contest
          .run(plan.rounds())
          .forEach((name, values) -> report.add(Figure.of(name, "updates/s", values)));
    }
  }

  private static NDList blocks(NDArray flat) {
    return Blocks.of(new NDList(flat));
  }
}
