package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.Contest;
import io.rankstream.lab.bench.NoiseBatch;
import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.hipparchus.stat.descriptive.rank.Median;

/**
 * Times the training step with each loss: all of them on the same batch, a step of each in turn.
 */
final class StepTiming {

  private static final int WARM_UP_ROUNDS = 3;

  private StepTiming() {}

  /**
   * Median milliseconds of a step by loss, in the order of the losses.
   *
   * @param rounds measured steps with each loss, at least 1
   */
  static Map<RankingLoss, Double> medians(JobConfig config, List<RankingLoss> losses, int rounds)
      throws Exception {
    NoiseBatch batch = NoiseBatch.of(config);
    List<OnlineTrainer> trainers = new ArrayList<>();
    try {
      Contest contest = new Contest();
      for (RankingLoss loss : losses) {
        OnlineTrainer trainer = StepBench.trainer(config, loss);
        trainers.add(trainer);
        contest.add(
            loss.name(), Contest.millis(() -> trainer.learn(batch.images(), batch.labels())));
      }

      Map<String, double[]> millis = contest.run(WARM_UP_ROUNDS, rounds);
      Map<RankingLoss, Double> medians = new LinkedHashMap<>();
      losses.forEach(loss -> medians.put(loss, new Median().evaluate(millis.get(loss.name()))));
      return medians;
    } finally {
      trainers.forEach(OnlineTrainer::close);
    }
  }
}
