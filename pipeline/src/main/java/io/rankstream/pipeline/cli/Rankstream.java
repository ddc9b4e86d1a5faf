package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The {@code rankstream} command. */
@Command(
    name = "rankstream",
    description = {
      "Continuous fine-tuning for image models on Apache Flink: labelled images in on Kafka, embeddings that follow the model out.",
      ""
    },
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      FeedCommand.class,
      TailCommand.class,
      MirrorCommand.class,
      WatchCommand.class,
      EvaluateCommand.class,
      ExportCommand.class,
      ExperimentCommand.class,
      BenchCommand.class,
      ChaosCommand.class,
      FuzzCommand.class,
      DoctorCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Rankstream.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Start here:",
      "  rankstream demo                       see it learn, on this machine alone",
      "  rankstream COMMAND --help             what a command does, with examples",
      "",
      "Exit codes: 0 success, 1 failure, 2 wrong usage or configuration"
    })
public final class Rankstream implements Runnable {

  /** Reads the version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      String version = Rankstream.class.getPackage().getImplementationVersion();
      return new String[] {"rankstream " + (version == null ? "(development)" : version)};
    }
  }

  private static final int HELP_WIDTH = 110;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  boolean verbose;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  private Exception failure;

  public static void main(String[] arguments) {
    Rankstream root = new Rankstream();
    int exitCode = commandLine(root).execute(arguments);
    if (RunCommand.isLocal()) {
      System.exit(exitCode); // clients and clusters in this process leave threads behind
    }
    if (exitCode != 0) {
      // Flink runs this method inside its own process: an exit would take the cluster down with it.
      throw new IllegalArgumentException(
          root.failure == null ? "Wrong usage" : message(root.failure), root.failure);
    }
  }

  /** The command line, ready to execute. */
  static CommandLine commandLine() {
    return commandLine(new Rankstream());
  }

  private static CommandLine commandLine(Rankstream root) {
    CommandLine line = new CommandLine(root);
    line.setExecutionExceptionHandler(root::explain);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpWidth(HELP_WIDTH);
    return line;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private int explain(Exception exception, CommandLine command, ParseResult parsed) {
    failure = exception;
    PrintWriter err = command.getErr();
    if (verbose) {
      exception.printStackTrace(err);
    }

    err.println("error: " + message(exception));
    if (!verbose) {
      err.println("(--verbose shows where)");
    }
    return exception instanceof IllegalArgumentException
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }

  /** The message of an error with that of its root, where the root says more. */
  private static String message(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }

    String first = error.getMessage() == null ? error.toString() : error.getMessage();
    String last = root.getMessage() == null ? root.toString() : root.getMessage();
    String whole = first.contains(last) ? first : first + ": " + last;
    return Secrets.hide(
        KafkaFailure.advice(error).map(advice -> whole + " (" + advice + ")").orElse(whole));
  }
}
