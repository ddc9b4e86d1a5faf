package io.rankstream.lab.cli;

import io.rankstream.lab.fuzz.AttackCounts;
import io.rankstream.lab.fuzz.FuzzReport;
import io.rankstream.lab.fuzz.Fuzzer;
import io.rankstream.lab.fuzz.HostileRecords;
import io.rankstream.lab.fuzz.JobHealth;
import io.rankstream.lab.fuzz.JobHealthProbe;
import io.rankstream.lab.fuzz.LocalTarget;
import io.rankstream.pipeline.cli.KafkaOptions;
import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.kafka.TopicNames;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code fuzz} command: sends hostile records to a job and finds each of them again. */
@Command(
    name = "fuzz",
    description = {
      "Send hostile records to a job and find each of them again: embedded, or dead-lettered byte for byte.",
      "Without --bootstrap-servers, a broker and the job run in this process. Exit code 1 when a record was lost,",
      "came out twice or came back altered, or when the job restarted.",
      "",
      "Never run this against a production model: the records are meant to damage it."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream fuzz --records 10000 --seed 1",
      "  rankstream fuzz --bootstrap-servers kafka:9092 --flink http://jobmanager:8081 --stream test"
    })
final class FuzzCommand implements Callable<Integer> {

  private static final int ROUNDS = 5;
  private static final int MOST_MEGABYTES = 900; // an array holds 2 GB, and copies are made

  @Mixin KafkaOptions kafka;
  @Spec CommandSpec spec;

  @Option(
      names = "--records",
      defaultValue = "10000",
      paramLabel = "N",
      description = "Records to send (default: ${DEFAULT-VALUE}).")
  int records;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the records (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--stream",
      defaultValue = "default",
      description = "Stream, and so model, to attack (default: ${DEFAULT-VALUE}).")
  String stream;

  @Option(
      names = "--largest",
      defaultValue = "100",
      paramLabel = "MB",
      description = "Megabytes of the largest records (default: ${DEFAULT-VALUE}).")
  int largestMegabytes;

  @Option(
      names = "--patience",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description =
          "Time without output after which missing records count as lost (default: ${DEFAULT-VALUE}).")
  int patienceSeconds;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description = "Address of Flink, to count restarts (default: http://localhost:8081).")
  URI flink = URI.create("http://localhost:8081");

  @Override
  public Integer call() throws Exception {
    Rule.atLeast(1).require("records", records);
    Rule.between(1, MOST_MEGABYTES).require("largest", largestMegabytes);
    Rule.atLeast(1).require("patience", patienceSeconds);
    if (kafka.isGiven()) {
      return fuzz(kafka.connected(), flink, false);
    }

    PrintWriter out = spec.commandLine().getOut();
    out.println("Starting a Kafka broker and the job in this process ...");
    out.flush();
    try (LocalTarget target = LocalTarget.start()) {
      return fuzz(target.clients(), target.flink(), true);
    }
  }

  private int fuzz(Properties clients, URI address, boolean local) throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    JobHealthProbe job = new JobHealthProbe(address);
    int largestBytes = largestMegabytes << 20;
    HostileRecords hostile = new HostileRecords(seed, stream, largestBytes);
    long restartsBefore = job.ask().map(JobHealth::restarts).orElse(0L);
    FuzzReport whole = FuzzReport.empty();
    out.printf("Seed %d: sending %,d records in %d rounds%n", seed, records, ROUNDS);
    try (Fuzzer fuzzer =
        new Fuzzer(
            clients, TopicNames.defaults(), largestBytes, Duration.ofSeconds(patienceSeconds))) {
      for (int round = 1; round <= ROUNDS; round++) {
        long from = (long) records * (round - 1) / ROUNDS;
        long to = (long) records * round / ROUNDS;
        FuzzReport report = fuzzer.run(hostile, from, (int) (to - from));
        whole = whole.plus(report);
        AttackCounts total = whole.total();
        out.printf(
            "  round %d: sent %,7d = accepted %,7d + dead-lettered %,7d   %s%n",
            round, total.sent(), total.accepted(), total.refused(), heap(job, local));
        out.flush();
      }
    }

    Optional<JobHealth> after = job.ask();
    print(whole, out);
    long restarts = after.map(health -> health.restarts() - restartsBefore).orElse(0L);
    boolean runs = after.map(health -> health.state().equals("RUNNING")).orElse(!local);
    out.println(
        after
            .map(health -> "Job: %s, restarts %d".formatted(health.state(), restarts))
            .orElse(
                "Job: Flink does not answer at %s, so restarts were not counted: give its address with --flink"
                    .formatted(address)));
    out.flush();
    return whole.isClean() && restarts == 0 && runs ? 0 : 1;
  }

  private static String heap(JobHealthProbe job, boolean local) throws InterruptedException {
    if (local) {
      System.gc();
      long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      return "heap after collection %,d MB".formatted(used >> 20);
    }

    return job.ask()
        .map(health -> "heap of the task managers %,d MB".formatted(health.heapBytes() >> 20))
        .orElse("");
  }

  private static void print(FuzzReport report, PrintWriter out) {
    out.printf("%n%-18s %9s %9s %14s%n", "attack", "sent", "accepted", "dead-lettered");
    report
        .attacks()
        .forEach(
            (attack, counts) ->
                out.printf(
                    "%-18s %,9d %,9d %,14d%n",
                    attack, counts.sent(), counts.accepted(), counts.refused()));
    out.printf("%nDead letters by reason%n");
    report.reasons().forEach((reason, count) -> out.printf("  %-26s %,9d%n", reason, count));
    AttackCounts total = report.total();
    out.printf(
        "%nSent %,d = accepted %,d + dead-lettered %,d; not taken by the broker %,d; problems %,d%n",
        total.sent(),
        total.accepted(),
        total.refused(),
        report.brokerRefused(),
        report.problems().size());
    report.problems().stream().limit(20).forEach(problem -> out.println("  " + problem));
  }
}
