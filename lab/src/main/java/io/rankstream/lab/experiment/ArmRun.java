package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.StepBench;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.report.Forgetting;
import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Precisions;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.evaluate.EmbeddedDataset;
import io.rankstream.pipeline.tools.evaluate.Evaluation;
import io.rankstream.pipeline.tools.report.LearningCurve;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestartStrategyOptions;

/** Trains one arm with the real job, from Kafka to Kafka, and scores the published model. */
final class ArmRun {

  private static final int CURVE_POINTS = 200;

  private final ExperimentPlan plan;
  private final LocalRun local;
  private final Arm arm;
  private final long seed;
  private final int batchSize;
  private final Precisions precisions;

  /**
   * @param local broker with the streams, for the results too
   * @param config what all arms share: its batch, since the job trains once per so many images of
   *     the stream, and its precisions, which are decided
   */
  ArmRun(ExperimentPlan plan, LocalRun local, Arm arm, long seed, JobConfig config) {
    this.plan = plan;
    this.local = local;
    this.arm = arm;
    this.seed = seed;
    batchSize = config.batch().size();
    precisions = config.model().precisions();
  }

  /** Topic of the stream of a seed and a number of steps. */
  static String images(long seed, int steps) {
    return "images.seed-%s-steps-%s".formatted(seed, steps);
  }

  RunResult run() throws Exception {
    TopicNames topics = TopicNames.withPrefix(images(seed, arm.steps()), name());
    local.create(topics);
    Configuration settings = settings(topics);
    long start = System.nanoTime();
    local.run(settings, name());
    double seconds = (System.nanoTime() - start) / 1e9;

    List<TrainingMetrics> steps = local.read(topics.metrics(), TrainingMetrics.getDecoder());
    List<ModelVersion> versions = local.read(topics.modelVersions(), ModelVersion.getDecoder());
    if (steps.isEmpty() || versions.isEmpty()) {
      throw new IOException(
          "%s took no training step: the stream needs images of two classes or more"
              .formatted(name()));
    }

    ModelVersion last = versions.get(versions.size() - 1);
    Path file = Path.of(URI.create(last.getUri()));
    String device = JobConfig.from(settings).device();
    try (TwoHeadModel model = TwoHeadModel.read(file, Devices.select(device))) {
      EmbeddedDataset embedded = EmbeddedDataset.of(model, plan.unseen());
      Evaluation evaluation = Evaluation.of(model, embedded);
      return new RunResult(
          arm,
          seed,
          last.getModelVersion(),
          seconds,
          curve(steps),
          evaluation,
          embedded,
          file,
          plan.drift() && arm.loss() != RankingLoss.NONE
              ? new DriftMeasurement(plan.unseen()).between(versions, Devices.select(device))
              : List.of(),
          plan.stopped().isEmpty()
              ? Optional.empty()
              : Optional.of(
                  Forgetting.since(
                      versions,
                      arm.steps() / 2,
                      plan.unseen(),
                      evaluation.confusion().recalls(),
                      plan.stopped(),
                      Devices.select(device))));
    }
  }

  /** Steps between two published versions; one at the end of the stream comes in any case. */
  private long stepsPerVersion() {
    if (plan.drift()) {
      return DriftMeasurement.EVERY_STEPS;
    }

    return plan.stopped().isEmpty() ? 0 : Math.max(1, arm.steps() / 2);
  }

  private static LearningCurve curve(List<TrainingMetrics> steps) {
    LearningCurve curve = new LearningCurve(CURVE_POINTS);
    steps.forEach(curve::add);
    return curve;
  }

  private String name() {
    return "%s-%s-%s%s-steps-%s-seed-%s"
        .formatted(
            StepBench.lossName(arm.loss()),
            KebabCase.of(arm.sampler()),
            arm.balance().map(balance -> balance + "-").orElse(""),
            Double.toString(arm.strength()),
            arm.steps(),
            seed);
  }

  /**
   * Settings of the job that all arms share, those of the user among them.
   *
   * @param batchSize images in a batch
   */
  static JobSettings sharedSettings(ExperimentPlan plan, int batchSize) {
    return new JobSettings()
        // All images are in the topic: no batch needs a deadline.
        .with(JobOptions.BATCH_MAX_WAIT, Duration.ofHours(1))
        .with(JobOptions.BATCH_TRAIN_EVERY, batchSize)
        .with(JobOptions.WINDOW_RESERVOIR_PER_CLASS, 1000) // any image may be replayed
        .with(JobOptions.EMBEDDINGS_REFRESH, 0) // the last version embeds the unseen images
        .with(JobOptions.EMBED_BATCH_SIZE, 128)
        .with(JobOptions.OPTIMIZER_SCHEDULE, Schedule.Shape.POLYNOMIAL)
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2))
        .with(RestartStrategyOptions.RESTART_STRATEGY, "none")
        .with(plan.settings());
  }

  private Configuration settings(TopicNames topics) {
    Path results = plan.directory().toAbsolutePath();
    return new JobSettings()
        .with(JobOptions.OPTIMIZER_TOTAL_STEPS, (long) arm.steps())
        .with(sharedSettings(plan, batchSize).configuration().toMap())
        .with(local.settings(topics, name()).configuration().toMap())
        .with(JobOptions.INPUT_BOUNDED, true)
        .with(JobOptions.REPEATS_WITHIN, Duration.ZERO) // each pass brings the same images again
        .with(JobOptions.BATCH_SAMPLER, arm.sampler())
        .with(balance())
        .with(JobOptions.LOSS_RANKING, arm.loss())
        .with(JobOptions.LOSS_LAMBDA, Double.toString(arm.lambda()))
        .with(JobOptions.MODEL_SEED, seed)
        .with(JobOptions.MODEL_PRECISION, precisions.step())
        .with(JobOptions.MODEL_SERVED_PRECISION, precisions.served())
        .with(JobOptions.VERSIONS_EVERY_STEPS, stepsPerVersion())
        .with(JobOptions.VERSIONS_KEEP, 0)
        .with(JobOptions.DRIFT_ANCHORS, 0) // the experiment measures it on unseen images
        .with(JobOptions.VERSIONS_DIRECTORY, uri(results.resolve("models/" + name())))
        .with(CheckpointingOptions.CHECKPOINTS_DIRECTORY, uri(results.resolve("checkpoints")))
        .with(
            CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
            ExternalizedCheckpointRetention.NO_EXTERNALIZED_CHECKPOINTS)
        .configuration();
  }

  private Map<String, String> balance() {
    return arm.balance()
        .map(exponent -> Map.of(JobOptions.BATCH_BALANCE.key(), exponent))
        .orElse(Map.of());
  }

  private static String uri(Path path) {
    return path.toUri().toString();
  }
}
