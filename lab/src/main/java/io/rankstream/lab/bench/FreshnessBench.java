package io.rankstream.lab.bench;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.dataset.DatasetView;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.hipparchus.stat.descriptive.DescriptiveStatistics;

/**
 * The time from an image's arrival at Kafka to the moment at which a reader of committed records
 * has its embedding, by the interval of the checkpoints, while the job trains on a steady stream.
 */
public final class FreshnessBench {

  private static final List<Duration> INTERVALS =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(10));
  private static final int RATE = 60; // images a second: a machine that is not full
  private static final double WARM_UP = 0.4; // the JVM compiles, and the first checkpoints pass
  private static final int PROCEDURAL_PER_CLASS = 200;
  private static final int P95 = 95;

  private FreshnessBench() {}

  /** Measures all intervals in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    for (Duration interval : INTERVALS) {
      double[] medians = new double[plan.rounds()];
      DescriptiveStatistics tails = new DescriptiveStatistics();
      for (int round = 0; round < plan.rounds(); round++) {
        DescriptiveStatistics ages = measure(plan, interval);
        medians[round] = ages.getPercentile(50);
        tails.addValue(ages.getPercentile(P95));
      }
      report.add(
          Figure.of(
              "arrival to committed embedding, a checkpoint each %d s, median"
                  .formatted(interval.toSeconds()),
              "ms",
              Map.of("ms 95th percentile", tails.getPercentile(50)),
              medians));
    }
  }

  private static DescriptiveStatistics measure(BenchPlan plan, Duration interval) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    int count = (int) (RATE * plan.seconds());
    ExecutorService background = Executors.newSingleThreadExecutor();
    try (LocalRun local = LocalRun.start("bench")) {
      TopicNames topics = TopicNames.defaults();
      local.create(topics);
      JobSettings settings =
          new JobSettings()
              .with(plan.settings().toMap())
              .with(local.settings().configuration().toMap())
              .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, interval);
      local.start(settings.configuration(), "rankstream-bench");
      Future<DescriptiveStatistics> reader =
          background.submit(() -> read(local, topics.embeddings(), count));
      ImageDataset drawn = new ProceduralDataset(PROCEDURAL_PER_CLASS, Split.TRAIN);
      String stream = config.input().streams().iterator().next();
      try (ImageFeeder feeder = new ImageFeeder(local.clients())) {
        feeder.feed(
            DatasetView.repeated(drawn, count + drawn.size()),
            IntStream.range(0, count).boxed().toList(),
            new FeedPlan(topics.images(), stream, RATE, 0, 0),
            sent -> {});
      }
      return reader.get();
    } finally {
      background.shutdown();
    }
  }

  /** Ages of embeddings of arrivals, in milliseconds, until the last arrival has one. */
  private static DescriptiveStatistics read(LocalRun local, String topic, int count) {
    DescriptiveStatistics ages = new DescriptiveStatistics();
    int[] arrivals = {0};
    new TopicTail(local.clients())
        .read(
            topic,
            true,
            () -> true,
            record -> {
              long now = System.currentTimeMillis();
              ImageEmbedding embedding = decoded(record.value());
              if (!embedding.getTrained() && arrivals[0]++ > count * WARM_UP) {
                ages.addValue((double) (now - embedding.getEventTime().toEpochMilli()));
              }
              return arrivals[0] < count;
            });
    return ages;
  }

  private static ImageEmbedding decoded(byte[] value) {
    try {
      return ImageEmbedding.getDecoder().decode(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
