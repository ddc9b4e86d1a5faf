package io.rankstream.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import io.rankstream.lab.local.EmbeddedKafka;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.hipparchus.stat.descriptive.moment.Mean;

/** Runs the job once over a full topic and tells its pace. */
final class BenchJob {

  static final String IMAGES = "images.bench";

  private static final double WARM_UP = 0.25;

  private BenchJob() {}

  /**
   * Pace of a run.
   *
   * @param stepsPerSecond by the wall clock, without the first quarter of the steps
   * @param busyMillis mean time that the training thread worked on a batch
   * @param cpuMillis processor time of the process for a batch, start and end of the job among it
   */
  record Run(double stepsPerSecond, double busyMillis, double cpuMillis) {}

  static Run run(Configuration given, EmbeddedKafka kafka, Path directory, int round)
      throws Exception {
    Configuration settings = new Configuration();
    settings.setString("batch.max-wait", "1 h"); // the stream is there: no batch needs a deadline
    settings.setString("restart-strategy.type", "none");
    given.toMap().forEach(settings::setString);
    String name = "bench-" + round;
    settings.setString("kafka.bootstrap.servers", kafka.bootstrapServers());
    settings.setString("input.topic", IMAGES);
    settings.setString("input.group-id", name);
    settings.setString("input.bounded", "true");
    settings.setString("output.transactional-id-prefix", name);
    settings.setString("output.embeddings-topic", name + ".embeddings");
    settings.setString("output.metrics-topic", name + ".metrics");
    settings.setString("output.model-versions-topic", name + ".models");
    settings.setString("output.dead-letters-topic", name + ".dlq");
    settings.setString(
        "execution.checkpointing.dir", directory.resolve("checkpoints").toUri().toString());

    Properties clients = new Properties();
    clients.put("bootstrap.servers", kafka.bootstrapServers());
    JobConfig config = JobConfig.from(settings);
    TopicNames topics = TopicNames.of(config);
    Topics.create(clients, topics, 1);
    StreamExecutionEnvironment env = RankstreamJob.local(settings, config);
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    env.execute("rankstream-bench");
    double cpuMillis = (system.getProcessCpuTime() - cpu) / 1e6;
    return run(read(clients, topics.metrics()), cpuMillis);
  }

  private static Run run(List<TrainingMetrics> steps, double cpuMillis) {
    int first = (int) (steps.size() * WARM_UP);
    int last = steps.size() - 1;
    if (first >= last) {
      throw new IllegalStateException(
          "The job took %d steps, too few to measure".formatted(steps.size()));
    }

    Duration time =
        Duration.between(steps.get(first).getProcessedAt(), steps.get(last).getProcessedAt());
    double[] busy =
        steps.subList(first, last).stream().mapToDouble(TrainingMetrics::getStepMillis).toArray();
    return new Run(
        (last - first) / (time.toNanos() / 1e9),
        new Mean().evaluate(busy),
        cpuMillis / steps.size());
  }

  private static List<TrainingMetrics> read(Properties clients, String topic) {
    List<TrainingMetrics> steps = new ArrayList<>();
    new TopicTail(clients)
        .read(
            topic,
            true,
            () -> false,
            record -> {
              try {
                return steps.add(TrainingMetrics.getDecoder().decode(record.value()));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return steps;
  }
}
