package io.rankstream.lab.bench;

import com.sun.management.OperatingSystemMXBean;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.TrainingMetrics;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.hipparchus.stat.descriptive.moment.Mean;

/** Runs the job once over a full topic and measures its pace. */
final class BenchJob {

  static final String IMAGES = "images.bench";

  private static final double WARM_UP = 0.25;

  private BenchJob() {}

  /**
   * Pace of a run.
   *
   * @param stepsPerSecond by the wall clock, without the first quarter of the steps
   * @param busyMillis mean time that the training thread works on a batch
   * @param cpuMillis processor time of the process per batch, with start and end of the job
   */
  record Timing(double stepsPerSecond, double busyMillis, double cpuMillis) {}

  /**
   * Runs the job.
   *
   * @param given settings of the user
   * @param local broker with the topic of images
   * @param round number of the run, which names its output topics
   */
  static Timing run(Configuration given, LocalRun local, int round) throws Exception {
    String name = "bench-" + round;
    TopicNames topics = TopicNames.withPrefix(IMAGES, name);
    local.create(topics);
    JobSettings settings =
        new JobSettings()
            // All images are in the topic: no batch needs a deadline.
            .with(JobOptions.BATCH_MAX_WAIT, Duration.ofHours(1))
            .with(RestartStrategyOptions.RESTART_STRATEGY, "none")
            .with(given.toMap())
            .with(local.settings(topics, name).configuration().toMap())
            .with(JobOptions.INPUT_BOUNDED, true);

    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    local.run(settings.configuration(), "rankstream-bench");
    double cpuMillis = (system.getProcessCpuTime() - cpu) / 1e6;
    return run(local.read(topics.metrics(), TrainingMetrics.getDecoder()), cpuMillis);
  }

  private static Timing run(List<TrainingMetrics> steps, double cpuMillis) {
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
    return new Timing(
        (last - first) / (time.toNanos() / 1e9),
        new Mean().evaluate(busy),
        cpuMillis / steps.size());
  }
}
