package io.rankstream.lab.cli;

import io.rankstream.lab.local.LastingKafka;
import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.config.StateDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a Kafka broker for this machine, without Docker. */
@Command(
    name = "broker",
    description = {
      "Run a Kafka broker for programs on this machine, until Ctrl-C.",
      "Its topics and records stay in a directory, and are there again after the next start. It has",
      "no login and listens to this machine alone: use a Kafka cluster for anything that matters."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream broker                                   at localhost:9092, the default of all commands",
      "  rankstream broker --port 9192 --data /data/kafka"
    })
final class BrokerCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = "--port",
      defaultValue = "9092",
      description = "Port to listen at (default: ${DEFAULT-VALUE}).")
  int port;

  @Option(
      names = "--data",
      paramLabel = "DIRECTORY",
      description = "Where topics and records stay (default: ~/.local/state/rankstream/broker).")
  Path data = StateDirectory.path().resolve("broker");

  @Override
  public Integer call() throws Exception {
    Rule.between(1, 65535).require("port", port);
    PrintWriter out = spec.commandLine().getOut();
    LastingKafka kafka = LastingKafka.start(data, port);
    Thread stop = new Thread(() -> close(kafka), "broker-stop"); // flushes its records
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      out.printf("Kafka at %s, with its data in %s%n", kafka.bootstrapServers(), data);
      out.println("In other terminals: rankstream run, and rankstream feed --data photos/");
      out.println("Ctrl-C ends it; topics and records stay.");
      out.flush();
      new CountDownLatch(1).await();
    } catch (InterruptedException e) { // a program that has no Ctrl-C ends it this way
      Runtime.getRuntime().removeShutdownHook(stop);
      close(kafka);
    }
    return 0;
  }

  private void close(LastingKafka kafka) {
    try {
      kafka.close();
    } catch (IOException e) {
      spec.commandLine().getErr().println("warning: The broker did not stop in order: " + e);
    }
  }
}
