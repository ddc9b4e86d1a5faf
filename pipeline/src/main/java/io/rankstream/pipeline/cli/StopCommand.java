package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.flink.RemoteJob;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.flink.core.execution.SavepointFormatType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Stops a job with a savepoint, as Flink's own client does. */
@Command(
    name = "stop",
    description = {
      "Stop a job in order: it commits its outputs, writes a savepoint and ends.",
      "It talks to Flink's page, so it stops a run in one process and a job on a cluster alike."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  rankstream stop                                     the job at http://localhost:8081",
      "  rankstream stop --savepoint file:///data/savepoints --flink http://jobmanager:8081"
    })
final class StopCommand implements Callable<Integer> {

  private static final String FLINK = "http://localhost:8081";

  @Spec CommandSpec spec;

  @Option(
      names = "--savepoint",
      arity = "0..1",
      fallbackValue = "",
      defaultValue = "",
      paramLabel = "DIR",
      description =
          "Directory for the savepoint, as a URI (default: that of Flink's configuration; of a run in one process ~/.local/state/rankstream/savepoints).")
  String directory;

  @Option(
      names = "--flink",
      defaultValue = FLINK,
      paramLabel = "URL",
      description = "Address of Flink's page (default: ${DEFAULT-VALUE}).")
  URI flink;

  @Option(
      names = "--job",
      paramLabel = "ID",
      description = "Id of the job, where more than one runs.")
  String job;

  @Option(
      names = "--drain",
      description =
          "End the input first: the job also trains on the images that wait for a batch, and its replicas average a last time.")
  boolean drains;

  @Option(
      names = "--canonical",
      description = "Write the savepoint in the format that every state backend can read.")
  boolean canonical;

  /**
   * The command that stops the only job of a cluster.
   *
   * @param page address of Flink's page, which has another port where the usual one is taken
   */
  static String of(URI page) {
    return "rankstream stop" + (page.equals(URI.create(FLINK)) ? "" : " --flink " + page);
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    try (RemoteJob stopped = RemoteJob.find(flink, job)) {
      out.printf("Stopping job %s ...%n", stopped.id());
      out.flush();
      String savepoint =
          stopped.stop(
              drains,
              directory.startsWith("/") ? Path.of(directory).toUri().toString() : directory,
              canonical ? SavepointFormatType.CANONICAL : SavepointFormatType.NATIVE);
      out.printf(
          "Stopped with the savepoint %s%nTo go on: ./rankstream run with the same settings, and --execution.state-recovery.path %s%n",
          savepoint, savepoint);
      out.flush();
    }
    return 0;
  }
}
