package io.rankstream.lab.cli;

import io.rankstream.lab.demo.Demo;
import io.rankstream.lab.demo.DemoPlan;
import io.rankstream.pipeline.cli.ShellCommand;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the whole system on this machine. */
@Command(
    name = "demo",
    description = {
      "Watch Rankstream learn on this machine, from Kafka to Kafka, on real images.",
      "A Kafka broker and a Flink cluster run in this process; the images are a long-tailed stream.",
      "At the end the demo prints a summary, writes a report and stops everything that it started."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream demo                          Fashion-MNIST, downloaded where it is missing",
      "  rankstream demo --epochs                 an index that changes as a whole, twice",
      "  rankstream demo --data photos.zip        your own images: train/CLASS/*.jpg and test/CLASS/*.jpg"
    })
final class DemoCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Data set with a train and a test split (default: Fashion-MNIST).")
  Path data;

  @Option(
      names = "--skew",
      defaultValue = "100",
      paramLabel = "RATIO",
      description =
          "Images of the first class over images of the last (default: ${DEFAULT-VALUE}).")
  double skew;

  @Option(
      names = "--drift",
      description =
          "Reverse the long tail half-way, and hold a fifth of the classes back until then; the report shows the accuracy around the change, and how much the model forgot of the classes that come less often since.")
  boolean drift;

  @Option(
      names = "--epochs",
      description =
          "Embed in epochs: embeddings stay on one version until all are made again under the next. One epoch opens half-way, one at the end.")
  boolean epochs;

  @Option(
      names = "--rate",
      defaultValue = "0",
      paramLabel = "N",
      description = "Images per second; 0 is as fast as possible (default: ${DEFAULT-VALUE}).")
  double rate;

  @Option(
      names = "--train-every",
      defaultValue = "8",
      paramLabel = "N",
      description = "Labelled images per training step (default: ${DEFAULT-VALUE}).")
  int trainEvery;

  @Option(names = "--seed", defaultValue = "0", description = "Seed (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--port",
      defaultValue = "8081",
      description = "First port to try for Flink's page (default: ${DEFAULT-VALUE}).")
  int port;

  @Option(
      names = "--page-port",
      defaultValue = "8070",
      description = "First port to try for the live page (default: ${DEFAULT-VALUE}).")
  int pagePort;

  @Option(names = "--no-browser", description = "Do not open the live page.")
  boolean staysClosed;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      defaultValue = "rankstream-demo.html",
      description = "Report to write (default: ${DEFAULT-VALUE}).")
  Path report;

  @Override
  public Integer call() throws Exception {
    DemoPlan plan =
        new DemoPlan(
            Optional.ofNullable(data),
            skew,
            drift,
            epochs,
            rate,
            trainEvery,
            seed,
            port,
            pagePort,
            !staysClosed,
            report,
            ShellCommand.words(spec));
    try (Demo demo = new Demo(plan, spec.commandLine().getOut())) {
      Thread cleanup = new Thread(demo::close, "demo-cleanup");
      Runtime.getRuntime().addShutdownHook(cleanup);
      try {
        demo.run();
      } catch (Exception e) {
        if (demo.isClosed()) { // Ctrl-C: failures from here on are none
          return CommandLine.ExitCode.SOFTWARE;
        }
        throw e;
      }
      Runtime.getRuntime().removeShutdownHook(cleanup);
    }
    return 0;
  }
}
