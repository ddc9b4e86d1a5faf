package io.rankstream.lab.cli;

import io.rankstream.lab.fuzz.FuzzReport;
import io.rankstream.lab.fuzz.Fuzzer;
import io.rankstream.lab.fuzz.HostileRecords;
import io.rankstream.lab.fuzz.JobHealth;
import io.rankstream.lab.fuzz.LocalTarget;
import io.rankstream.pipeline.cli.KafkaOptions;
import io.rankstream.pipeline.config.UsageException;
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

/** Sends hostile records to a job and says where each of them went. */
@Command(
    name = "fuzz",
    description = {
      "Send hostile records to a job and find each of them again: embedded, or dead-lettered byte for byte.",
      "Without an address of Kafka, a broker and the job run in this process. Exit code 1 when a record was lost,",
      "told twice or altered, or when the job restarted.",
      "",
      "Do not let it at a model that you need: the records are made to spoil it."
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
      description = "Stream, and so model, that is attacked (default: ${DEFAULT-VALUE}).")
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
          "How long nothing may come before what is missing counts as lost (default: ${DEFAULT-VALUE}).")
  int patienceSeconds;

  @Option(
      names = "--flink",
      paramLabel = "URL",
      description = "Flink's page, to count restarts (default: http://localhost:8081).")
  URI flink = URI.create("http://localhost:8081");

  @Override
  public Integer call() throws Exception {
    if (records < 1 || largestMegabytes < 1 || largestMegabytes > 900 || patienceSeconds < 1) {
      throw new UsageException(
          "Invalid records, largest or patience: %d, %d, %d (must be at least 1, largest at most 900)"
              .formatted(records, largestMegabytes, patienceSeconds));
    }
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
    JobHealth job = new JobHealth(address);
    int largestBytes = largestMegabytes << 20;
    HostileRecords hostile = new HostileRecords(seed, stream, largestBytes);
    long restartsBefore = job.ask().map(JobHealth.Figures::restarts).orElse(0L);
    FuzzReport whole = null;
    out.printf("Seed %d: sending %,d records in %d rounds%n", seed, records, ROUNDS);
    try (Fuzzer fuzzer =
        new Fuzzer(
            clients, TopicNames.defaults(), largestBytes, Duration.ofSeconds(patienceSeconds))) {
      for (int round = 1; round <= ROUNDS; round++) {
        long from = (long) records * (round - 1) / ROUNDS;
        long to = (long) records * round / ROUNDS;
        FuzzReport report = fuzzer.run(hostile, from, (int) (to - from));
        whole = whole == null ? report : whole.plus(report);
        FuzzReport.Figures total = whole.total();
        out.printf(
            "  round %d: sent %,7d = accepted %,7d + dead-lettered %,7d   %s%n",
            round, total.sent(), total.accepted(), total.refused(), heap(job, local));
        out.flush();
      }
    }

    Optional<JobHealth.Figures> after = job.ask();
    print(whole, out);
    long restarts = after.map(figures -> figures.restarts() - restartsBefore).orElse(0L);
    boolean runs = after.map(figures -> figures.state().equals("RUNNING")).orElse(!local);
    out.println(
        after
            .map(figures -> "Job: %s, restarts %d".formatted(figures.state(), restarts))
            .orElse(
                "Job: Flink does not answer at %s, restarts were not counted".formatted(address)));
    out.flush();
    return whole.isClean() && restarts == 0 && runs ? 0 : 1;
  }

  private static String heap(JobHealth job, boolean local) throws InterruptedException {
    if (local) {
      System.gc();
      long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      return "heap after collection %,d MB".formatted(used >> 20);
    }

    return job.ask()
        .map(figures -> "heap of the task managers %,d MB".formatted(figures.heapBytes() >> 20))
        .orElse("");
  }

  private static void print(FuzzReport report, PrintWriter out) {
    out.printf("%n%-18s %9s %9s %14s%n", "attack", "sent", "accepted", "dead-lettered");
    report
        .attacks()
        .forEach(
            (attack, figures) ->
                out.printf(
                    "%-18s %,9d %,9d %,14d%n",
                    attack, figures.sent(), figures.accepted(), figures.refused()));
    out.printf("%nDead letters by reason%n");
    report.reasons().forEach((reason, count) -> out.printf("  %-26s %,9d%n", reason, count));
    FuzzReport.Figures total = report.total();
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
