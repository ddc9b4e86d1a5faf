package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.Rule;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.watch.Browser;
import io.rankstream.pipeline.tools.watch.Watch;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the live page of a job on any machine. */
@Command(
    name = "watch",
    description = {
      "Watch a running job on a live page: learning curves, balance, embedding map, neighbours, dead letters.",
      "It reads the committed records of the output topics and, to show a picture, the image's record.",
      "The job is not affected."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream watch                                         Kafka on this machine",
      "  rankstream watch --bootstrap-servers kafka:9092",
      "  rankstream watch --host 0.0.0.0                          for the phone in the same network, too"
    })
final class WatchCommand implements Callable<Integer> {

  private static final TopicNames DEFAULTS = TopicNames.defaults();

  @Mixin KafkaOptions kafka;
  @Mixin RegistryOptions registry;
  @Spec CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "localhost",
      description =
          "Address to listen on (default: ${DEFAULT-VALUE}, for this machine only). Everyone who can reach another address can see the images.")
  String host;

  @Option(
      names = "--page-port",
      paramLabel = "PORT",
      defaultValue = "8070",
      description = "First port to try for the page (default: ${DEFAULT-VALUE}).")
  int port;

  @Option(names = "--no-browser", description = "Do not open the page.")
  boolean staysClosed;

  @Option(
      names = "--embeddings-topic",
      paramLabel = "NAME",
      description = "Topic of the embeddings (default: ${DEFAULT-VALUE}).")
  String embeddings = DEFAULTS.embeddings();

  @Option(
      names = "--metrics-topic",
      paramLabel = "NAME",
      description = "Topic of the training metrics (default: ${DEFAULT-VALUE}).")
  String metrics = DEFAULTS.metrics();

  @Option(
      names = "--models-topic",
      paramLabel = "NAME",
      description = "Topic of the model versions (default: ${DEFAULT-VALUE}).")
  String models = DEFAULTS.modelVersions();

  @Option(
      names = "--dead-letters-topic",
      paramLabel = "NAME",
      description = "Topic of the dead letters (default: ${DEFAULT-VALUE}).")
  String deadLetters = DEFAULTS.deadLetters();

  @Override
  public Integer call() throws Exception {
    Rule.between(0, 65_535).require("page-port", port);
    PrintWriter out = spec.commandLine().getOut();
    TopicNames topics = new TopicNames(DEFAULTS.images(), embeddings, metrics, models, deadLetters);
    try (Watch watch = Watch.start(kafka.connected(), topics, registry.config(), host, port)) {
      out.printf("Live page at %s (stop with Ctrl-C)%n", watch.uri());
      out.flush();
      if (!staysClosed) {
        Browser.open(watch.uri());
      }
      new CountDownLatch(1).await(); // until the process is ended
    }
    return 0;
  }
}
