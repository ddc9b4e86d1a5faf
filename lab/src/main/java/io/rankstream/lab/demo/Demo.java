package io.rankstream.lab.demo;

import io.rankstream.lab.bench.BareLoop;
import io.rankstream.lab.local.EmbeddedKafka;
import io.rankstream.model.Devices;
import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.flink.FreePort;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.dataset.FashionMnist;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.LongTail;
import io.rankstream.pipeline.tools.dataset.Split;
import io.rankstream.pipeline.tools.feed.FeedPlan;
import io.rankstream.pipeline.tools.feed.ImageFeeder;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.pipeline.tools.watch.Browser;
import io.rankstream.pipeline.tools.watch.Watch;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Feeds a long tail of real images through the job and then, without labels, images that it has
 * never seen; reads what comes out as any consumer would.
 */
public final class Demo implements AutoCloseable {

  private static final long LINE_SECONDS = 3;
  private static final TopicNames TOPICS = TopicNames.defaults();

  private final DemoPlan plan;
  private final FashionMnist fashionMnist = new FashionMnist(this::say);
  private final PrintWriter out;
  private final Path directory;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(new ExecutorThreadFactory("demo"));
  private EmbeddedKafka kafka;
  private Watch watch;
  private JobClient job;
  private volatile boolean ended;
  private volatile boolean closed;

  /**
   * @param plan what to do
   * @param out where to tell of it
   */
  public Demo(DemoPlan plan, PrintWriter out) throws IOException {
    this.plan = plan;
    this.out = out;
    this.directory = Files.createTempDirectory("rankstream-demo");
  }

  /** Runs from the first image to the report. */
  public void run() throws Exception {
    ImageDataset training = open(Split.TRAIN);
    ImageDataset heldOut = open(Split.TEST);
    ImageDatasets.requireReadable(training);
    Optional<LongTail.Drift> drift =
        plan.drift()
            ? Optional.of(LongTail.drift(training, plan.skew(), plan.seed()))
            : Optional.empty();
    List<Integer> order =
        drift
            .map(LongTail.Drift::order)
            .orElseGet(() -> LongTail.order(training, plan.skew(), plan.seed()));
    OptionalLong change = // in steps: a batch is due every trainEvery images
        drift.stream().mapToLong(each -> each.change() / plan.trainEvery()).findFirst();
    List<Integer> heldOutOrder = LongTail.order(heldOut, 1, plan.seed());
    DemoProgress progress =
        new DemoProgress(classCounts(training, order), answers(heldOut, heldOutOrder));

    say("Starting a Kafka broker and a Flink cluster in this process ...");
    kafka = EmbeddedKafka.start(directory.resolve("kafka"), Map.of());
    Topics.create(clients(), TOPICS, 1);
    watch = Watch.start(clients(), TOPICS, JobConfig.Registry.none(), "localhost", plan.pagePort());
    JobConfig config = startJob(order.size() / plan.trainEvery());
    Future<?> metrics =
        threads.submit(
            () -> read(TOPICS.metrics(), () -> !ended, value -> progress.add(metrics(value))));
    Future<?> embeddings =
        threads.submit(
            () -> read(TOPICS.embeddings(), () -> !ended, value -> progress.add(embedding(value))));

    say(
        "Feeding %,d images of %s, classes skewed %.0f:1, then %,d unseen ones without labels"
            .formatted(
                order.size(),
                training.name(),
                DemoProgress.ratio(progress.traffic()),
                heldOutOrder.size()));
    Future<?> feeder =
        threads.submit(
            () -> {
              feed(training, order, 0);
              feed(heldOut, heldOutOrder, 1);
              return null;
            });
    waitWithProgress(feeder, progress);
    int fed = order.size() + heldOutOrder.size();
    Future<?> consumed = threads.submit(() -> awaitConsumed(config));
    waitWithProgress(consumed, progress);

    job.stopWithSavepoint(
            true, directory.resolve("savepoint").toUri().toString(), SavepointFormatType.CANONICAL)
        .get();
    job = null;
    ended = true;
    metrics.get();
    embeddings.get();
    DemoProgress whole = new DemoProgress(progress.traffic(), answers(heldOut, heldOutOrder));
    read(TOPICS.metrics(), () -> false, value -> whole.add(metrics(value)));
    read(TOPICS.embeddings(), () -> false, value -> whole.add(embedding(value)));
    double bare = BareLoop.stepsPerSecond(config, Devices.select(config.device()), training, order);
    DemoReport report = new DemoReport(training.name(), whole, fed, bare, change, watch.map());
    report.print(out);
    Files.writeString(plan.report(), report.html());
    say("Report: " + plan.report().toAbsolutePath());
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
    try {
      if (job != null) {
        job.cancel().get(30, TimeUnit.SECONDS);
      }
    } catch (Exception e) {
      say("The job did not stop in order: " + e.getMessage());
    }
    if (watch != null) {
      watch.close();
    }
    if (kafka != null) {
      kafka.close();
    }
    deleteDirectory();
  }

  private ImageDataset open(Split split) throws IOException {
    return plan.data().isPresent()
        ? ImageDatasets.open(plan.data().get(), split)
        : fashionMnist.open(split);
  }

  private JobConfig startJob(long expectedSteps) throws Exception {
    int port = freePort();
    Configuration settings = new Configuration();
    settings.setString("kafka.bootstrap.servers", kafka.bootstrapServers());
    settings.setString("batch.train-every", Integer.toString(plan.trainEvery()));
    settings.setString("batch.max-wait", "2 s");
    settings.setString("optimizer.schedule", "polynomial");
    settings.setString("optimizer.total-steps", Long.toString(Math.max(1, expectedSteps)));
    settings.setString("model.seed", Long.toString(plan.seed()));
    settings.setString("execution.checkpointing.interval", "2 s");
    settings.setString(
        "execution.checkpointing.dir", directory.resolve("checkpoints").toUri().toString());
    settings.setString("rest.port", Integer.toString(port));
    settings.setString("rest.bind-port", Integer.toString(port));
    JobConfig config = JobConfig.from(settings);
    StreamExecutionEnvironment env = RankstreamJob.local(settings, config);
    job = env.executeAsync("rankstream-demo");
    say(
        "Kafka is at %s, Flink's page at http://localhost:%d"
            .formatted(kafka.bootstrapServers(), port));
    say("Watch it learn at " + watch.uri());
    if (plan.opensPage()) {
      Browser.open(watch.uri());
    }
    return config;
  }

  private void feed(ImageDataset dataset, List<Integer> order, double unlabeled)
      throws IOException {
    try (ImageFeeder feeder = new ImageFeeder(clients())) {
      feeder.feed(
          dataset,
          order,
          new FeedPlan(TOPICS.images(), "default", plan.rate(), unlabeled, plan.seed()),
          sent -> {});
    }
  }

  private interface Reader {
    boolean read(byte[] value) throws IOException;
  }

  private void read(String topic, BooleanSupplier follow, Reader reader) {
    new TopicTail(clients())
        .read(
            topic,
            true,
            follow,
            record -> {
              try {
                return reader.read(record.value());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static TrainingMetrics metrics(byte[] value) throws IOException {
    return TrainingMetrics.getDecoder().decode(value);
  }

  private static ImageEmbedding embedding(byte[] value) throws IOException {
    return ImageEmbedding.getDecoder().decode(value);
  }

  /** Waits until a checkpoint has committed that all of the input is read. */
  private Void awaitConsumed(JobConfig config) throws Exception {
    TopicPartition partition = new TopicPartition(TOPICS.images(), 0);
    try (Admin admin = Admin.create(clients())) {
      long end =
          admin
              .listOffsets(Map.of(partition, OffsetSpec.latest()))
              .partitionResult(partition)
              .get()
              .offset();
      while (committed(admin, config, partition) < end) {
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
    return null;
  }

  private static long committed(Admin admin, JobConfig config, TopicPartition partition)
      throws Exception {
    return Optional.ofNullable(
            admin
                .listConsumerGroupOffsets(config.input().groupId())
                .partitionsToOffsetAndMetadata()
                .get()
                .get(partition))
        .map(offset -> offset.offset())
        .orElse(0L);
  }

  private void waitWithProgress(Future<?> work, DemoProgress progress) throws Exception {
    while (true) {
      try {
        work.get(LINE_SECONDS, TimeUnit.SECONDS);
        return;
      } catch (TimeoutException e) {
        if (job.getJobStatus().get().isGloballyTerminalState()) {
          job.getJobExecutionResult().get(); // throws what went wrong
        }
        say(progress.line());
      }
    }
  }

  private static Map<String, Integer> classCounts(ImageDataset dataset, List<Integer> order) {
    Map<String, Integer> counts = new HashMap<>();
    for (int index : order) {
      counts.merge(dataset.classes().get(dataset.classOf(index)), 1, Integer::sum);
    }
    return counts;
  }

  private static Map<String, String> answers(ImageDataset dataset, List<Integer> order)
      throws IOException {
    Map<String, String> answers = new HashMap<>();
    for (int index : order) {
      answers.put(dataset.id(index), dataset.classes().get(dataset.classOf(index)));
    }
    return answers;
  }

  private Properties clients() {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", kafka.bootstrapServers());
    return properties;
  }

  private int freePort() throws IOException {
    return FreePort.first(plan.port())
        .orElseThrow(
            () ->
                new IOException(
                    "No free port from %d on for Flink's page: give another with --port"
                        .formatted(plan.port())));
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  private void deleteDirectory() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList())) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      say("Left behind: %s (%s)".formatted(directory, e.getMessage()));
    }
  }
}
