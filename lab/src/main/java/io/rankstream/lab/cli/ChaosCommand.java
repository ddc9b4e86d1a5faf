package io.rankstream.lab.cli;

import io.rankstream.lab.chaos.Aim;
import io.rankstream.lab.chaos.ChaosPlan;
import io.rankstream.lab.chaos.ChaosRun;
import io.rankstream.lab.chaos.Trainers;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.tools.dataset.ProceduralDataset;
import io.rankstream.pipeline.tools.dataset.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The {@code chaos} command: disturbs a job and audits its output. */
@Command(
    name = "chaos",
    description = {
      "Disturb a running job and audit its output.",
      "Broker, job manager and task managers are processes of their own on this machine. They are",
      "killed (kill -9) and started again; with --aim everything they are also held still, cut off",
      "and slowed down, the schema registry fails, the disk is full, a checkpoint is damaged, records",
      "are deleted, many large images come, and a second job is started. No process may run out of",
      "memory. Afterwards each image must have an embedding, each record",
      "one of its arrival, each transaction one version of a stream, the training steps must be",
      "1, 2, 3, ..., each damaged record must have one dead letter, also when all letters were sent to",
      "the input again, and each published model must have the announced SHA-256. Exit code 0 when",
      "all of that holds, otherwise 1.",
      "",
      "Further settings of the job are written --key value, as for run."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream chaos --kills 50 --seed 7            any process, at any time, in checkpoints and commits",
      "  rankstream chaos --faults 60 --aim everything   whatever can happen",
      "  rankstream chaos --kills 10 --fixed-order       the kills must not change a bit of the model",
      "  rankstream chaos --fixed-order --replicas 4 --task-managers 4 --aim rounds",
      "                                                  the same, four trainers killed in their rounds",
      "  rankstream chaos --fixed-order --loss.mixup 0.2 --batch.balance auto",
      "                                                  the same, with settings of the training",
      "  rankstream chaos --kills 10 --epochs            an index with one version, whatever is killed",
      "  rankstream chaos --soak 60 --faults 30 --aim everything",
      "                                                  an hour in which the memory must stay flat"
    })
final class ChaosCommand implements Callable<Integer> {

  @Spec CommandSpec spec;

  @Option(
      names = {"--faults", "--kills"},
      defaultValue = "10",
      paramLabel = "N",
      description = "Faults to plan (default: ${DEFAULT-VALUE}).")
  int faults;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of images and faults (default: ${DEFAULT-VALUE}).")
  long seed;

  @Option(
      names = "--aim",
      defaultValue = "processes",
      paramLabel = "WHAT",
      description =
          "What the faults are aimed at: processes (kills of any one, at any time, in checkpoints and commits), rounds (kills of task managers: when some or all replicas have handed their weights in, or when the others have the average), or everything (each kind as often as the others; a full disk takes Linux and the rights of root) (default: ${DEFAULT-VALUE}).")
  Aim aim;

  @Option(
      names = "--replicas",
      defaultValue = "1",
      paramLabel = "R",
      description = "Replicas of each model, training.replicas (default: ${DEFAULT-VALUE}).")
  int replicas;

  @Option(
      names = "--task-managers",
      paramLabel = "N",
      description =
          "Task managers, and the parallelism of the job; with --fixed-order that of the run with faults (default: 2, or 1 with --fixed-order and with --soak).")
  Integer taskManagers;

  @Option(
      names = "--fixed-order",
      description = "Run the same input twice, with and without faults, and compare the models.")
  boolean fixedOrder;

  @Option(
      names = "--high-availability",
      description =
          "Keep the jobs in ZooKeeper, so that a job manager that was killed goes on with them (default: the job is submitted again from its last checkpoint).")
  boolean highAvailability;

  @Option(
      names = "--epochs",
      description =
          "Embed in epochs, which open every 15 seconds. Each complete one must have every image, and its mark the right counts.")
  boolean epochs;

  @Option(
      names = "--soak",
      defaultValue = "0",
      paramLabel = "MINUTES",
      description =
          "Disturb the job now and then for this time, and read the memory, threads and descriptors of a task manager, which is not killed (default: as soon as it has recovered).")
  long soak;

  @Option(
      names = "--images",
      defaultValue = "20000",
      paramLabel = "N",
      description = "Images to feed, with --fixed-order (default: ${DEFAULT-VALUE}).")
  long images;

  @Option(
      names = "--rate",
      defaultValue = "60",
      paramLabel = "N",
      description = "Images to feed a second, in all other runs (default: ${DEFAULT-VALUE}).")
  double rate;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      description = "Directory for data and logs (default: a new temporary one).")
  Path directory;

  @Unmatched List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    ChaosPlan plan =
        new ChaosPlan(
            seed,
            faults,
            aim,
            fixedOrder,
            Duration.ofMinutes(soak),
            images,
            rate,
            new Trainers(replicas, taskManagers(), JobSettings.read(null, settings).toMap()),
            highAvailability,
            epochs,
            new ProceduralDataset(200, Split.TRAIN));
    Path data = directory == null ? Files.createTempDirectory("rankstream-chaos-") : directory;
    boolean clean = new ChaosRun(plan, data.toAbsolutePath(), spec.commandLine().getOut()).run();
    return clean ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private int taskManagers() {
    if (taskManagers != null) {
      return taskManagers;
    }
    return fixedOrder || soak > 0 ? 1 : 2;
  }
}
