package io.rankstream.lab.bench;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.dataset.DatasetView;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The whole job, Kafka to Kafka, exactly once, on images of one stream without labels: with one
 * embedder, and with two in TaskManagers of their own. Nothing is trained, so the embedders have
 * the machine; the topic is full before the job starts.
 */
public final class EmbeddersBench {

  private static final int PARTITIONS = 2;
  private static final double WARM_UP = 0.25;
  private static final double END = 0.95; // the last batches are not full
  private static final int PROCEDURAL_PER_CLASS = 200;

  private EmbeddersBench() {}

  /** Runs the job with one and with two embedders in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = plan.config();
    try (LocalRun local = LocalRun.start("bench")) {
      feed(local, config, images(plan, config));
      int[] runs = {0};
      Contest contest = new Contest();
      for (int embedders : new int[] {1, 2}) {
        contest.add(name(embedders), () -> rate(plan, local, embedders, runs[0]++));
      }
      contest
          .run(plan.rounds())
          .forEach((name, values) -> report.add(Figure.of(name, "images/s", values)));
      report.addRatio("two embedders over one", name(2), name(1));
    }
  }

  private static String name(int embedders) {
    return "unlabelled images, %d embedder(s)".formatted(embedders);
  }

  /** As many as one thread embeds in the time of a window, with what the warm-up takes. */
  private static int images(BenchPlan plan, JobConfig config) throws Exception {
    NoiseBatch batch = NoiseBatch.of(config);
    try (OnlineTrainer trainer = StepBench.trainer(config, RankingLoss.TRIPLET_SEMI_HARD)) {
      trainer.learn(batch.images(), batch.labels()); // gives the model its classes
      Contest.Window window = Contest.rate(1, () -> trainer.served().embed(batch.images()));
      window.measure(); // warms up
      return (int) Math.max(2_000, plan.seconds() * config.batch().size() * window.measure());
    }
  }

  private static void feed(LocalRun local, JobConfig config, int count) throws Exception {
    ImageDataset drawn = new ProceduralDataset(PROCEDURAL_PER_CLASS, Split.TRAIN);
    ImageDataset repeated = DatasetView.repeated(drawn, count + drawn.size());
    List<Integer> order = IntStream.range(0, count).boxed().toList();
    String stream = config.input().streams().iterator().next();
    Topics.create(
        local.clients(), TopicNames.withPrefix(BenchJob.IMAGES, "bench-input"), PARTITIONS);
    try (ImageFeeder feeder = new ImageFeeder(local.clients())) {
      feeder.feed(repeated, order, new FeedPlan(BenchJob.IMAGES, stream, 0, 1, 0), sent -> {});
    }
  }

  /** Images a second, by the times at which their embeddings were sent. */
  private static double rate(BenchPlan plan, LocalRun local, int embedders, int run)
      throws Exception {
    String name = "bench-%d".formatted(run);
    TopicNames topics = TopicNames.withPrefix(BenchJob.IMAGES, name);
    local.create(topics);
    JobSettings settings =
        new JobSettings()
            .with(RestartStrategyOptions.RESTART_STRATEGY, "none")
            .with(plan.settings().toMap())
            .with(local.settings(topics, name).configuration().toMap())
            .with(JobOptions.INPUT_BOUNDED, true)
            .with(JobOptions.EMBED_PARALLELISM, embedders)
            .with(CoreOptions.DEFAULT_PARALLELISM, 2)
            .with(TaskManagerOptions.MINI_CLUSTER_NUM_TASK_MANAGERS, 2);
    local.run(settings.configuration(), "rankstream-bench");

    List<Long> sent = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : local.records(topics.embeddings())) {
      sent.add(record.timestamp());
    }
    sent.sort(null);
    int first = (int) (sent.size() * WARM_UP);
    int last = (int) (sent.size() * END);
    return (last - first) * 1e3 / Math.max(1, sent.get(last) - sent.get(first));
  }
}
