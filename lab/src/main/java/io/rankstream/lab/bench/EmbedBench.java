package io.rankstream.lab.bench;

import io.rankstream.model.KebabCase;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.config.JobConfig;
import java.util.Random;

/** Embeddings and predictions without training, by the size of the batch. */
public final class EmbedBench {

  private static final int[] SIZES = {1, 8, 32, 128};

  private EmbedBench() {}

  /** Measures all sizes in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    InputSpec input = config.model().input();
    NoiseBatch batch = NoiseBatch.of(config);
    try (OnlineTrainer trainer = StepBench.trainer(config, RankingLoss.TRIPLET_SEMI_HARD)) {
      trainer.learn(batch.images(), batch.labels()); // a model that knows classes
      Contest contest = new Contest();
      for (int size : SIZES) {
        byte[] pixels = new byte[size * input.pixelsPerImage()];
        new Random(size).nextBytes(pixels);
        PixelBatch images =
            new PixelBatch(size, input.channels(), input.height(), input.width(), pixels);
        Contest.Window window = Contest.rate(plan.seconds(), () -> trainer.served().embed(images));
        contest.add(
            "embed %s %dx%d, batches of %d"
                .formatted(
                    KebabCase.of(config.model().architecture().backbone()),
                    input.height(),
                    input.width(),
                    size),
            () -> size * window.measure());
      }

      contest
          .run(plan.rounds())
          .forEach((name, values) -> report.add(Figure.of(name, "images/s", values)));
    }
  }
}
