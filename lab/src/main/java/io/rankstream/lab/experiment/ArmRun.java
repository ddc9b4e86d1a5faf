package io.rankstream.lab.experiment;

import io.rankstream.lab.bench.StepBench;
import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.evaluate.EmbeddedDataset;
import io.rankstream.pipeline.tools.evaluate.Evaluation;
import io.rankstream.pipeline.tools.report.LearningCurve;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Trains one arm with the real job, from Kafka to Kafka, and scores the model that it publishes.
 */
final class ArmRun {

  private static final int CURVE_POINTS = 200;

  private final ExperimentPlan plan;
  private final String bootstrapServers;
  private final Arm arm;
  private final long seed;
  private final int batchSize;

  /**
   * @param bootstrapServers broker of the streams and of the results
   * @param batchSize images in a batch, which is the number of new images for each step
   */
  ArmRun(ExperimentPlan plan, String bootstrapServers, Arm arm, long seed, int batchSize) {
    this.plan = plan;
    this.bootstrapServers = bootstrapServers;
    this.arm = arm;
    this.seed = seed;
    this.batchSize = batchSize;
  }

  /** Topic of the stream of a seed. */
  static String images(long seed) {
    return "images.seed-" + seed;
  }

  RunResult run() throws Exception {
    Configuration settings = settings();
    JobConfig config = JobConfig.from(settings);
    TopicNames topics = TopicNames.of(config);
    Topics.create(clients(), topics, 1);
    StreamExecutionEnvironment env = RankstreamJob.local(settings, config);
    long start = System.nanoTime();
    env.execute(name());
    double seconds = (System.nanoTime() - start) / 1e9;

    List<TrainingMetrics> steps =
        read(topics.metrics(), value -> TrainingMetrics.getDecoder().decode(value));
    List<ModelVersion> versions =
        read(topics.modelVersions(), value -> ModelVersion.getDecoder().decode(value));
    if (versions.isEmpty()) {
      throw new IOException(
          "%s took no training step: the stream needs images of two classes or more"
              .formatted(name()));
    }

    ModelVersion last = versions.get(versions.size() - 1);
    Path file = Path.of(URI.create(last.getUri()));
    try (TwoHeadModel model = TwoHeadModel.read(file, Devices.select(config.device()))) {
      EmbeddedDataset embedded = EmbeddedDataset.of(model, plan.unseen());
      return new RunResult(
          arm,
          seed,
          last.getModelVersion(),
          seconds,
          curve(steps),
          Evaluation.of(model, embedded),
          embedded,
          file);
    }
  }

  private static LearningCurve curve(List<TrainingMetrics> steps) {
    LearningCurve curve = new LearningCurve(CURVE_POINTS);
    steps.forEach(curve::add);
    return curve;
  }

  private String name() {
    return "%s-%s-%s-seed-%d"
        .formatted(
            StepBench.lossName(arm.loss()),
            KebabCase.of(arm.sampler()),
            Double.toString(arm.strength()),
            seed);
  }

  private Configuration settings() {
    Configuration settings = new Configuration();
    settings.setString(
        "batch.max-wait", "1 h"); // the whole stream is there: no batch needs a deadline
    settings.setString("batch.train-every", Integer.toString(batchSize));
    settings.setString("window.reservoir-per-class", "1000"); // any image may be replayed
    settings.setString("embeddings.from", "in-step");
    settings.setString("decode.threads", "1");
    settings.setString("optimizer.schedule", "polynomial");
    settings.setString("optimizer.total-steps", Integer.toString(plan.steps()));
    settings.setString("execution.checkpointing.interval", "2 s");
    settings.setString("restart-strategy.type", "none");
    plan.settings().forEach(settings::setString);

    Path results = plan.directory().toAbsolutePath();
    settings.setString("kafka.bootstrap.servers", bootstrapServers);
    settings.setString("input.topic", images(seed));
    settings.setString("input.group-id", name());
    settings.setString("input.bounded", "true");
    settings.setString("output.transactional-id-prefix", name());
    settings.setString("output.embeddings-topic", name() + ".embeddings");
    settings.setString("output.metrics-topic", name() + ".metrics");
    settings.setString("output.model-versions-topic", name() + ".models");
    settings.setString("output.dead-letters-topic", name() + ".dlq");
    settings.setString("batch.sampler", arm.sampler().name());
    settings.setString("loss.ranking", arm.loss().name());
    settings.setString("loss.lambda", Double.toString(arm.lambda()));
    settings.setString("model.seed", Long.toString(seed));
    settings.setString("versions.every-steps", "0"); // only one, at the end of the stream
    settings.setString(
        "versions.directory", results.resolve("models/" + name()).toUri().toString());
    settings.setString(
        "execution.checkpointing.dir", results.resolve("checkpoints").toUri().toString());
    settings.setString(
        "execution.checkpointing.externalized-checkpoint-retention", "NO_EXTERNALIZED_CHECKPOINTS");
    return settings;
  }

  private interface Decoder<T> {
    T decode(byte[] value) throws IOException;
  }

  private <T> List<T> read(String topic, Decoder<T> decoder) {
    List<T> records = new ArrayList<>();
    new TopicTail(clients())
        .read(
            topic,
            true,
            () -> false,
            record -> {
              try {
                return records.add(decoder.decode(record.value()));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return records;
  }

  private Properties clients() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", bootstrapServers);
    return properties;
  }
}
