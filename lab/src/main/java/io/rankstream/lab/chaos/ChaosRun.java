package io.rankstream.lab.chaos;

import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.tail.TopicTail;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** One run in the laboratory, told line by line. */
public final class ChaosRun {

  static final int STREAMS = 2;

  private static final long FOR_EVER = Long.MAX_VALUE;
  private static final int MEMORY_READINGS = 20;
  private static final double WARM_UP = 0.25;

  /**
   * What to do.
   *
   * @param seed gives the images and the kills
   * @param kills processes to kill; 0 watches the memory of the task manager instead
   * @param fixedOrder one partition, one task and a topic that is filled beforehand, run once
   *     without and once with kills: the published models must have equal bytes
   * @param images images to feed, where the input is bounded
   * @param rate images a second, where it is not
   * @param directory for data, checkpoints and logs
   */
  public record Plan(
      long seed,
      int kills,
      boolean fixedOrder,
      long images,
      double rate,
      ImageDataset dataset,
      Path directory) {}

  private final Plan plan;
  private final PrintWriter out;

  /**
   * @param out where the run is told
   */
  public ChaosRun(Plan plan, PrintWriter out) {
    this.plan = plan;
    this.out = out;
  }

  /**
   * Runs and audits.
   *
   * @return whether nothing was lost and nothing came twice
   */
  public boolean run() throws Exception {
    List<Kill> kills = Kill.schedule(plan.seed(), plan.kills());
    say("Seed %d, %d kills. Logs and data in %s", plan.seed(), kills.size(), plan.directory());
    for (int i = 0; i < kills.size(); i++) {
      say("  planned %3d  %s", i + 1, kills.get(i));
    }

    boolean clean;
    if (kills.isEmpty()) {
      clean = soak();
    } else if (plan.fixedOrder()) {
      clean = fixedOrder(kills);
    } else {
      clean = storm(kills);
    }
    say(clean ? "Clean: nothing lost, nothing twice." : "NOT CLEAN.");
    return clean;
  }

  /** An endless input at a rate, two tasks, kills; then the rest of the input and the audit. */
  private boolean storm(List<Kill> kills) throws Exception {
    ExecutorService background = Executors.newSingleThreadExecutor();
    try (Laboratory laboratory = new Laboratory(plan.directory(), 2)) {
      TopicNames topics = topics("storm", "storm");
      Topics.create(clients(laboratory), topics, 2);
      Configuration settings = settings(laboratory, topics, "storm");
      settings.setString("parallelism.default", "2");
      settings.setString("batch.max-wait", "1 s");
      try (StormFeeder feeder = feeder(laboratory, topics)) {
        Future<?> feeding =
            background.submit(
                () -> {
                  feeder.feed(FOR_EVER, plan.rate());
                  return null;
                });
        laboratory.submit(settings);
        int killed = killAll(laboratory, kills, settings);
        feeding.cancel(true);
        if (killed < kills.size()) {
          return false;
        }
      }
      say("All kills done; the job takes the rest of its input ...");
      awaitInputTaken(laboratory, topics, "storm", 2);
      laboratory.drain();
      return report(new Auditor(clients(laboratory), topics).audit());
    } finally {
      background.shutdownNow();
      background.awaitTermination(1, TimeUnit.MINUTES);
    }
  }

  /** The same input twice, undisturbed and with kills. */
  private boolean fixedOrder(List<Kill> kills) throws Exception {
    try (Laboratory laboratory = new Laboratory(plan.directory(), 1)) {
      TopicNames calm = topics("images", "calm");
      TopicNames stormy = topics("images", "stormy");
      Topics.create(clients(laboratory), calm, 1);
      Topics.create(clients(laboratory), stormy, 1);
      try (StormFeeder feeder = feeder(laboratory, calm)) {
        feeder.feed(plan.images(), 0);
      }

      say("%,d images are in the topic; first a run without kills ...", plan.images());
      laboratory.submit(fixed(laboratory, calm, "calm"));
      awaitInputTaken(laboratory, calm, "calm", 1);
      laboratory.drain();
      Audit undisturbed = new Auditor(clients(laboratory), calm).audit();
      boolean clean = report(undisturbed);

      Configuration settings = fixed(laboratory, stormy, "stormy");
      laboratory.forgetCheckpoints();
      laboratory.submit(settings);
      int killed = killAll(laboratory, kills, settings);
      awaitInputTaken(laboratory, stormy, "stormy", 1);
      laboratory.drain();
      Audit disturbed = new Auditor(clients(laboratory), stormy).audit();
      clean &= report(disturbed);
      for (Map.Entry<String, String> model : undisturbed.models().entrySet()) {
        String other = disturbed.models().get(model.getKey());
        boolean same = model.getValue().equals(other);
        say("SHA-256 of %s: %s %s", model.getKey(), model.getValue(), same ? "in both" : other);
        clean &= same;
      }
      return clean && killed == kills.size() && !undisturbed.models().isEmpty();
    }
  }

  /** Input faster than training, no kills: memory must stay flat. */
  private boolean soak() throws Exception {
    ExecutorService background = Executors.newSingleThreadExecutor();
    AtomicBoolean over = new AtomicBoolean();
    try (Laboratory laboratory = new Laboratory(plan.directory(), 1)) {
      TopicNames topics = topics("images", "soak");
      Topics.create(clients(laboratory), topics, 1);
      try (StormFeeder feeder = feeder(laboratory, topics)) {
        feeder.feed(plan.images(), 0);
      }
      say("%,d images are in the topic: the job is behind from the start", plan.images());
      laboratory.submit(bounded(laboratory, topics, "soak"));
      AtomicLong steps = new AtomicLong(); // committed, over all streams: one record for each
      Future<?> counting = background.submit(() -> count(laboratory, topics, steps, over));
      watchMemory(laboratory, steps);
      laboratory.awaitEnd();
      over.set(true);
      counting.get();
      return report(new Auditor(clients(laboratory), topics).audit());
    } finally {
      over.set(true);
      background.shutdown();
    }
  }

  private void watchMemory(Laboratory laboratory, AtomicLong steps) throws Exception {
    MemorySeries series = new MemorySeries();
    long step = 0;
    long every = Math.max(1, plan.images() / 8 / MEMORY_READINGS);
    while (!laboratory.isOver()) {
      laboratory.awaitCheckpoint();
      long now = steps.get();
      if (now >= step + every) {
        step = now;
        long resident = laboratory.residentKilobytes();
        series.add(now, resident);
        say("  step %,7d  resident %,d kB", now, resident);
      }
    }
    say("%s", series.slope(WARM_UP));
  }

  private static void count(
      Laboratory laboratory, TopicNames topics, AtomicLong steps, AtomicBoolean over) {
    new TopicTail(clients(laboratory))
        .read(
            topics.metrics(),
            true,
            () -> !over.get(),
            record -> {
              steps.incrementAndGet();
              return true;
            });
  }

  private int killAll(Laboratory laboratory, List<Kill> kills, Configuration settings)
      throws Exception {
    for (int i = 0; i < kills.size(); i++) {
      Kill kill = kills.get(i);
      long start = System.nanoTime();
      laboratory.awaitCheckpoint(); // the job runs again and has taken something in
      double recovered = (System.nanoTime() - start) / 1e9;
      TimeUnit.MILLISECONDS.sleep(kill.delayMillis());
      laboratory.awaitMoment(kill.moment());
      if (laboratory.isOver()) {
        say("The job ended before kill %d: give more images", i + 1);
        return i;
      }
      laboratory.kill(kill.victim(), i, settings);
      say(
          "  kill %3d  %s %s (checkpoint came after %.1f s)",
          i + 1, kill.victim(), kill.moment(), recovered);
    }

    return kills.size();
  }

  private boolean report(Audit audit) {
    say("%s", audit);
    return audit.isClean() && audit.accepted() > 0;
  }

  private StormFeeder feeder(Laboratory laboratory, TopicNames topics) {
    return new StormFeeder(
        plan.dataset(), laboratory.bootstrapServers(), topics.images(), plan.seed());
  }

  private Configuration bounded(Laboratory laboratory, TopicNames topics, String name) {
    Configuration settings = fixed(laboratory, topics, name);
    settings.setString("input.bounded", "true");
    settings.setString(
        "repeats.remembered", "1000"); // what is bounded must be full after the warm-up
    return settings;
  }

  /**
   * A fixed order without a bound: a bounded Kafka source that is restored by another job manager
   * is never told that there are no more partitions, and so never ends.
   */
  private Configuration fixed(Laboratory laboratory, TopicNames topics, String name) {
    Configuration settings = settings(laboratory, topics, name);
    settings.setString("parallelism.default", "1");
    settings.setString("batch.max-wait", "1 h"); // the clock must not cut into a fixed order
    return settings;
  }

  private Configuration settings(Laboratory laboratory, TopicNames topics, String name) {
    Configuration settings = new Configuration();
    settings.setString("kafka.bootstrap.servers", laboratory.bootstrapServers());
    settings.setString("input.topic", topics.images());
    settings.setString("input.group-id", name);
    List<String> streams = new ArrayList<>();
    for (int i = 0; i < STREAMS; i++) {
      streams.add("stream-" + i);
    }
    settings.setString("input.streams", String.join(";", streams));
    settings.setString("output.embeddings-topic", topics.embeddings());
    settings.setString("output.metrics-topic", topics.metrics());
    settings.setString("output.model-versions-topic", topics.modelVersions());
    settings.setString("output.dead-letters-topic", topics.deadLetters());
    settings.setString("output.transactional-id-prefix", name);
    settings.setString("batch.train-every", "8");
    settings.setString("model.embedding-dimension", "32");
    settings.setString("decode.threads", "1");
    settings.setString("versions.every-steps", "0"); // one model, at the end
    settings.setString("versions.directory", plan.directory().resolve("models").toUri().toString());
    settings.setString("execution.checkpointing.interval", "1 s");
    settings.setString("execution.checkpointing.timeout", "30 s");
    settings.setString("execution.checkpointing.tolerable-failed-checkpoints", "1000");
    settings.setString("execution.checkpointing.dir", laboratory.checkpoints().toUri().toString());
    settings.setString("restart-strategy.type", "exponential-delay");
    settings.setString("restart-strategy.exponential-delay.initial-backoff", "200 ms");
    settings.setString("restart-strategy.exponential-delay.max-backoff", "2 s");
    return settings;
  }

  private static TopicNames topics(String images, String outputs) {
    return new TopicNames(
        images,
        outputs + "-embeddings",
        outputs + "-metrics",
        outputs + "-models",
        outputs + "-dlq");
  }

  private static Properties clients(Laboratory laboratory) {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", laboratory.bootstrapServers());
    clients.put("default.api.timeout.ms", "60000");
    return clients;
  }

  /** Waits until the offsets that the job commits with its checkpoints reach the ends. */
  private static void awaitInputTaken(
      Laboratory laboratory, TopicNames topics, String group, int partitions) throws Exception {
    try (Admin admin = Admin.create(clients(laboratory))) {
      long ends = 0;
      for (int partition = 0; partition < partitions; partition++) {
        TopicPartition each = new TopicPartition(topics.images(), partition);
        ends +=
            admin
                .listOffsets(Map.of(each, OffsetSpec.latest()))
                .partitionResult(each)
                .get()
                .offset();
      }
      long all = ends;
      while (taken(admin, group) < all) {
        laboratory.awaitCheckpoint(); // offsets are committed with them
      }
    }
  }

  private static long taken(Admin admin, String group) throws Exception {
    return admin
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .values()
        .stream()
        .mapToLong(OffsetAndMetadata::offset)
        .sum();
  }

  private void say(String format, Object... arguments) {
    out.printf(format + "%n", arguments);
    out.flush();
  }
}
