package io.rankstream.lab.demo;

import io.rankstream.lab.bench.BareLoop;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.report.Forgetting;
import io.rankstream.lab.report.Provenance;
import io.rankstream.model.Devices;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.Follow;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.start.LocalThreads;
import io.rankstream.pipeline.tools.epoch.EpochControl;
import io.rankstream.pipeline.tools.watch.Browser;
import io.rankstream.pipeline.tools.watch.Watch;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;

/**
 * Feeds a long tail of real images through the job and then unseen images without labels; reads the
 * output topics as any consumer does.
 */
public final class Demo implements AutoCloseable {

  private static final long LINE_SECONDS = 3;
  private static final long POLL_MILLIS = 100;
  private static final int QUIET_CHECKPOINTS = 2;
  private static final long DRIFT_MEASURED = 4; // times in a run
  private static final TopicNames TOPICS = TopicNames.defaults();

  private final DemoPlan plan;
  private final PrintWriter out;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(new ExecutorThreadFactory("demo"));
  private final DemoVersions versions = new DemoVersions();
  private LocalRun local;
  private Watch watch;
  private JobClient job;
  private volatile boolean ended;
  private volatile boolean closed;

  /**
   * @param plan settings of the demo
   * @param out where progress and summary are printed
   */
  public Demo(DemoPlan plan, PrintWriter out) {
    this.plan = plan;
    this.out = out;
  }

  /** Runs from the first image to the report. */
  public void run() throws Exception {
    DemoImages images = DemoImages.open(plan, this::say);
    DemoProgress progress = new DemoProgress(images.traffic(), images.answers());
    say("Starting a Kafka broker and a Flink cluster in this process ...");
    local = LocalRun.start("demo");
    local.create(TOPICS);
    Topics.createControl(local.clients(), JobOptions.CONTROL_TOPIC.defaultValue());
    watch =
        Watch.start(
            local.clients(), TOPICS, JobConfig.Registry.none(), "localhost", plan.pagePort());
    long expectedSteps = images.order().size() / plan.trainEvery();
    Configuration settings = settings(expectedSteps, changeStep(images));
    JobConfig config = JobConfig.from(settings);
    LocalThreads.choose(config.model());
    startJob(settings);
    Future<?> records = threads.submit(() -> readVersions(versions, () -> !ended));
    Future<?> metrics = threads.submit(() -> readMetrics(progress, () -> !ended));
    Future<?> embeddings = threads.submit(() -> readEmbeddings(progress, () -> !ended));

    say(
        "Feeding %,d images of %s, classes skewed %.0f:1, then %,d unseen ones without labels"
            .formatted(
                images.order().size(),
                images.training().name(),
                DemoProgress.ratio(progress.traffic()),
                images.heldOutOrder().size()));
    String group = config.input().groupId();
    finish(progress, () -> images.feedTraining(local.clients(), TOPICS, plan.rate(), plan.seed()));
    if (plan.epochs()) {
      finish(progress, () -> embedAll(() -> progress.stepCount() >= expectedSteps / 2));
    }
    finish(progress, () -> awaitTraining(progress, group));
    finish(progress, () -> images.feedUnseen(local.clients(), TOPICS, plan.rate(), plan.seed()));
    finish(progress, () -> local.awaitInputTaken(TOPICS.images(), group));
    if (plan.epochs()) {
      finish(progress, () -> embedAll(() -> true));
    }
    stopJob();
    records.get();
    metrics.get();
    embeddings.get();
    report(images, config, settings);
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }

    closed = true;
    ended = true;
    threads.shutdownNow();
    if (watch != null) {
      watch.close();
    }
    if (local != null) {
      local.close();
    }
  }

  private Configuration settings(long expectedSteps, OptionalLong change) {
    JobSettings settings = local.settings();
    // A model of the time of the change tells what was forgotten since.
    change.ifPresent(
        step ->
            settings
                .with(
                    JobOptions.VERSIONS_DIRECTORY,
                    local.folder().resolve("models").toUri().toString())
                .with(JobOptions.VERSIONS_EVERY_STEPS, Math.max(1, step)));
    return settings
        .with(JobOptions.BATCH_TRAIN_EVERY, plan.trainEvery())
        .with(JobOptions.BATCH_MAX_WAIT, Duration.ofSeconds(2))
        // Small images: rather many to replay from than the same few again and again.
        .with(JobOptions.WINDOW_RESERVOIR_PER_CLASS, 1000)
        .with(JobOptions.OPTIMIZER_SCHEDULE, Schedule.Shape.POLYNOMIAL)
        .with(JobOptions.OPTIMIZER_TOTAL_STEPS, Math.max(1, expectedSteps))
        .with(JobOptions.EMBED_EVERY_STEPS, embedEvery(expectedSteps))
        .with(JobOptions.DRIFT_EVERY_STEPS, Math.max(1, expectedSteps / DRIFT_MEASURED))
        .with(JobOptions.EMBEDDINGS_FOLLOW, plan.epochs() ? Follow.EPOCHS : Follow.LIVE)
        .with(JobOptions.MODEL_SEED, plan.seed())
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(2))
        .with(RestOptions.BIND_PORT, EngineDefaults.portsFrom(plan.port()))
        .configuration();
  }

  /** As by default, but a short run has versions for the embedders too. */
  private static int embedEvery(long expectedSteps) {
    long tenth = Math.max(1, expectedSteps / 10);
    return (int) Math.min(JobOptions.EMBED_EVERY_STEPS.defaultValue(), tenth);
  }

  private void startJob(Configuration settings) throws Exception {
    try {
      job = local.start(settings, "rankstream-demo");
    } catch (BindException e) {
      throw new IOException(
          "No free port from %d on for Flink's page: give another with --port"
              .formatted(plan.port()));
    }

    say("Kafka is at %s, Flink's page at %s".formatted(local.bootstrapServers(), local.page()));
    say("Watch it learn at " + watch.uri());
    if (plan.opensPage()) {
      Browser.open(watch.uri());
    }
  }

  /** Waits until unseen images meet a model that has learnt from all before them. */
  private void awaitTraining(DemoProgress progress, String group) throws Exception {
    local.awaitInputTaken(TOPICS.images(), group);
    // Batches may still wait for the trainer. Embedders adopt its versions at checkpoints.
    int before = -1;
    for (int quiet = 0; quiet < QUIET_CHECKPOINTS; ) {
      local.checkpoint();
      TimeUnit.MILLISECONDS.sleep(5 * POLL_MILLIS);
      int steps = progress.stepCount();
      quiet = steps == before ? quiet + 1 : 0;
      before = steps;
    }
  }

  /** Opens an epoch and waits until it is complete. */
  private void embedAll(BooleanSupplier when) throws Exception {
    while (!when.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    int before = versions.epochs();
    new EpochControl(local.clients(), JobOptions.CONTROL_TOPIC.defaultValue())
        .send(JobOptions.INPUT_STREAMS.defaultValue().get(0), EpochAction.OPEN);
    say("An epoch opens: all images are embedded again, under one version");
    while (versions.epochs() == before) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /** Ends the job with everything that waits in it processed and committed. */
  private void stopJob() throws Exception {
    String savepoint = local.folder().resolve("savepoint").toUri().toString();
    job.stopWithSavepoint(true, savepoint, SavepointFormatType.CANONICAL).get();
    ended = true;
  }

  private void readVersions(DemoVersions read, BooleanSupplier follow) {
    local.read(TOPICS.modelVersions(), ModelVersion.getDecoder(), follow, read::add);
  }

  private void readMetrics(DemoProgress progress, BooleanSupplier follow) {
    local.read(TOPICS.metrics(), TrainingMetrics.getDecoder(), follow, progress::add);
  }

  private void readEmbeddings(DemoProgress progress, BooleanSupplier follow) {
    local.read(TOPICS.embeddings(), ImageEmbedding.getDecoder(), follow, progress::add);
  }

  private interface Work {
    void run() throws Exception;
  }

  /** Does some work and prints a line every few seconds; fails when the job fails. */
  private void finish(DemoProgress progress, Work work) throws Exception {
    Future<?> done =
        threads.submit(
            () -> {
              work.run();
              return null;
            });
    while (true) {
      try {
        done.get(LINE_SECONDS, TimeUnit.SECONDS);
        return;
      } catch (TimeoutException e) {
        if (job.getJobStatus().get().isGloballyTerminalState()) {
          job.getJobExecutionResult().get(); // throws the failure
        }
        say(progress.line());
      }
    }
  }

  private void report(DemoImages images, JobConfig config, Configuration settings)
      throws Exception {
    DemoProgress whole = new DemoProgress(images.traffic(), images.answers());
    readMetrics(whole, () -> false);
    readEmbeddings(whole, () -> false);
    double bare =
        BareLoop.stepsPerSecond(
            config, Devices.select(config.device()), images.training(), images.order());
    DemoReport report =
        new DemoReport(
            images,
            whole,
            versions,
            bare,
            changeStep(images),
            forgetting(images, whole, config),
            watch.map(),
            Provenance.of(plan.command(), plan.parameters(), settings));
    report.print(out);
    Files.writeString(plan.report(), report.html());
    say("Report: " + plan.report().toAbsolutePath());
  }

  /** Compares the last predictions with those of the model of the time of the change. */
  private Optional<Forgetting> forgetting(
      DemoImages images, DemoProgress progress, JobConfig config) throws IOException {
    OptionalLong change = changeStep(images);
    if (change.isEmpty() || versions.files().isEmpty()) {
      return Optional.empty();
    }

    return Optional.of(
        Forgetting.since(
            versions.files(),
            change.getAsLong(),
            images.heldOut(),
            progress.confusion().recalls(),
            images.rarer(),
            Devices.select(config.device())));
  }

  /** The step at which the stream changes: a batch is due every trainEvery images. */
  private OptionalLong changeStep(DemoImages images) {
    return images.change().stream().map(image -> image / plan.trainEvery()).findFirst();
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
