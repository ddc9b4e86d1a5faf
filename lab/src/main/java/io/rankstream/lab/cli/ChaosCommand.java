package io.rankstream.lab.cli;

import io.rankstream.lab.chaos.ChaosRun;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Kills the processes of a job and audits what comes out. */
@Command(
    name = "chaos",
    description = {
      "Kill the processes of a running job at random moments and audit what comes out.",
      "Broker, job manager and task managers are processes of their own on this machine; they are",
      "killed (kill -9) and started again. Afterwards each image must have an embedding, each pair",
      "of image and model version must be there once, the steps must be 1, 2, 3, ..., and each",
      "damaged record must have one dead letter. Exit code 0 when that holds."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream chaos --kills 50 --seed 7            any process, at any time, in checkpoints and commits",
      "  rankstream chaos --kills 10 --fixed-order       the model must come out bit for bit the same",
      "  rankstream chaos --kills 0 --images 180000      20,000 steps without kills: the memory must stay flat"
    })
final class ChaosCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = "--kills",
      defaultValue = "10",
      paramLabel = "N",
      description = "Processes to kill (default: ${DEFAULT-VALUE}).")
  int kills;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of images and kills (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--fixed-order",
      description = "Run the same input twice, with and without kills, and compare the models.")
  boolean fixedOrder;

  @Option(
      names = "--images",
      defaultValue = "20000",
      paramLabel = "N",
      description = "Images, with --fixed-order or without kills (default: ${DEFAULT-VALUE}).")
  long images;

  @Option(
      names = "--rate",
      defaultValue = "60",
      paramLabel = "N",
      description = "Images fed a second, in the other case (default: ${DEFAULT-VALUE}).")
  double rate;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      description = "For data and logs (default: a new one among the temporary files).")
  Path directory;

  @Override
  public Integer call() throws Exception {
    if (kills < 0 || images < 1 || !(rate > 0)) {
      throw new UsageException("--kills must be at least 0, --images at least 1, --rate above 0");
    }

    Path place = directory == null ? Files.createTempDirectory("rankstream-chaos-") : directory;
    ChaosRun.Plan plan =
        new ChaosRun.Plan(
            seed,
            kills,
            fixedOrder,
            images,
            rate,
            new ProceduralDataset(200, Split.TRAIN),
            place.toAbsolutePath());
    boolean clean = new ChaosRun(plan, spec.commandLine().getOut()).run();
    return clean ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }
}
