package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.NoiseBatch;
import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.stat.descriptive.rank.Median;

/**
 * What each method adds to the training step: the same batch through all of them in turn, so that a
 * machine that changes its pace changes it for all.
 */
final class StepTiming {

  private static final int WARM_UP = 3;

  private StepTiming() {}

  /**
   * Median milliseconds of a step by method, in the order of the methods.
   *
   * @param rounds measured steps of each method
   */
  static Map<Method, Double> medians(JobConfig config, List<Method> methods, int rounds) {
    NoiseBatch batch = NoiseBatch.of(config);
    List<OnlineTrainer> trainers = new ArrayList<>();
    try {
      double[][] millis = new double[methods.size()][rounds];
      for (Method method : methods) {
        trainers.add(StepBench.trainer(config, method.loss()));
      }
      for (int round = -WARM_UP; round < rounds; round++) {
        for (int m = 0; m < trainers.size(); m++) {
          long start = System.nanoTime();
          trainers.get(m).learn(batch.images(), batch.labels());
          if (round >= 0) {
            millis[m][round] = (System.nanoTime() - start) / 1e6;
          }
        }
      }

      Map<Method, Double> medians = new LinkedHashMap<>();
      for (int m = 0; m < millis.length; m++) {
        medians.put(methods.get(m), new Median().evaluate(millis[m]));
      }
      return medians;
    } finally {
      trainers.forEach(OnlineTrainer::close);
    }
  }
}
