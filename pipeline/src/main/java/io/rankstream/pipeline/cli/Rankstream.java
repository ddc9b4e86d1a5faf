package io.rankstream.pipeline.cli;

import io.rankstream.model.ExitGate;
import io.rankstream.model.text.Printable;
import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code rankstream} command. */
@Command(
    name = "rankstream",
    description = {
      "Continuous fine-tuning for image models on Apache Flink: labelled images in on Kafka, embeddings that follow the model out.",
      ""
    },
    subcommands = {
      RunCommand.class,
      StopCommand.class,
      FeedCommand.class,
      ForgetCommand.class,
      EpochCommand.class,
      TailCommand.class,
      RedriveCommand.class,
      MirrorCommand.class,
      WatchCommand.class,
      EvaluateCommand.class,
      ExportCommand.class,
      VerifyCommand.class,
      DoctorCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Rankstream.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "  rankstream COMMAND --help             description and examples of a command",
      "",
      "Exit codes: 0 success, 1 failure, 2 wrong usage or configuration"
    })
public final class Rankstream implements Runnable {

  /** Tells the version to the command line. */
  static final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
      return new String[] {"rankstream " + version()};
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

  /** The version of the program, as the manifest of its jar has it. */
  public static String version() {
    String version = Rankstream.class.getPackage().getImplementationVersion();
    return version == null ? "(development)" : version;
  }

  public static void main(String[] arguments) {
    start(arguments, line -> {});
  }

  /**
   * Runs a command and ends the process with its exit code; inside a Flink cluster, throws instead.
   *
   * @param extension adds commands to those of the job
   */
  public static void start(String[] arguments, Consumer<CommandLine> extension) {
    if (RunCommand.isLocal()) {
      // Kafka and Flink change letters by the user's language: in Turkish, the upper case of their
      // name "classic" is not their constant CLASSIC. This process is ours; a cluster's is not.
      Locale.setDefault(Locale.ROOT);
      ExitGate.closeAtExit();
    }

    Rankstream root = new Rankstream();
    int exitCode = commandLine(root, extension).execute(arguments);
    if (RunCommand.isLocal()) {
      System.exit(exitCode); // clients and clusters in this process leave threads behind
    }
    if (exitCode != 0) {
      // Flink runs this method inside its own process: an exit would stop the cluster.
      throw new IllegalArgumentException(
          root.failure == null ? "Wrong usage" : message(root.failure), root.failure);
    }
  }

  /** The command line of the job, ready to execute. */
  static CommandLine commandLine() {
    return commandLine(line -> {});
  }

  /**
   * The command line, ready to execute.
   *
   * @param extension adds commands to those of the job
   */
  public static CommandLine commandLine(Consumer<CommandLine> extension) {
    return commandLine(new Rankstream(), extension);
  }

  private static CommandLine commandLine(Rankstream root, Consumer<CommandLine> extension) {
    CommandLine line = new CommandLine(root);
    extension.accept(line); // before the settings below, which apply to the existing commands only
    line.setExecutionStrategy(Rankstream::execute);
    line.setExecutionExceptionHandler(root::explain);
    line.setParameterExceptionHandler(Rankstream::explainUsage);
    EnumConverter.registerFor(line);
    line.registerConverter(Path.class, new PathConverter());
    line.registerConverter(URI.class, new WebAddressConverter());
    line.setUsageHelpWidth(HELP_WIDTH);
    return line;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /**
   * Runs a command. An error that is no exception, such as a lack of memory, gets a message too.
   */
  private static int execute(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (OutOfMemoryError e) {
      throw failed(
          parsed, "The memory does not suffice: set RANKSTREAM_HEAP to more than it is", e);
    } catch (StackOverflowError e) {
      throw failed(parsed, "The input is nested too deeply: it is damaged or made to do harm", e);
    } catch (Error e) { // such as a library that is missing
      throw failed(parsed, "The program cannot go on", e);
    }
  }

  private static ExecutionException failed(ParseResult parsed, String message, Error error) {
    return new ExecutionException(
        parsed.commandSpec().commandLine(), message, new IllegalStateException(message, error));
  }

  /** Prints what is wrong with the arguments in a line or two, without the whole help. */
  private static int explainUsage(ParameterException exception, String[] arguments) {
    CommandLine command = exception.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    if (exception instanceof UnmatchedArgumentException unmatched && command.getParent() == null) {
      err.println(
          "error: There is no command %s (%s --help lists all)"
              .formatted(Secrets.hide(unmatched.getUnmatched().get(0)), name));
      return CommandLine.ExitCode.USAGE;
    }

    err.println("error: " + Printable.lines(Secrets.hide(withoutValues(exception))));
    UnmatchedArgumentException.printSuggestions(exception, err);
    err.println("(%s --help lists the options)".formatted(name));
    return CommandLine.ExitCode.USAGE;
  }

  /**
   * The message without what may be the value of an option that is not known: it may be a secret.
   */
  private static String withoutValues(ParameterException exception) {
    if (!(exception instanceof UnmatchedArgumentException unmatched)
        || !unmatched.isUnknownOption()) {
      return exception.getMessage();
    }

    List<String> options =
        unmatched.getUnmatched().stream()
            .filter(argument -> argument.startsWith("-"))
            .map(argument -> "'%s'".formatted(argument.replaceFirst("(?s)=.*", "")))
            .toList();
    return (options.size() == 1 ? "Unknown option: " : "Unknown options: ")
        + String.join(", ", options);
  }

  private int explain(Exception exception, CommandLine command, ParseResult parsed) {
    failure = exception;
    PrintWriter err = command.getErr();
    if (verbose) {
      exception.printStackTrace(err);
    }

    err.println("error: " + message(exception));
    if (!verbose) {
      err.println("(--verbose shows the stack trace)");
    }
    return exception instanceof UsageException || exception instanceof ConfigurationException
        ? CommandLine.ExitCode.USAGE
        : CommandLine.ExitCode.SOFTWARE;
  }

  /** The message of an error, and of its root cause when that is different. */
  private static String message(Throwable error) {
    Throwable top = error;
    while (top.getCause() != null
        && (top instanceof java.util.concurrent.ExecutionException
            || top instanceof UncheckedIOException)) {
      top = top.getCause();
    }
    Throwable root = top;
    while (root.getCause() != null) {
      root = root.getCause();
    }

    String first = sentence(top);
    String last = sentence(root);
    String whole = first.contains(last) ? first : first.replaceFirst("[.:]+$", "") + ": " + last;
    return Printable.lines(
        Secrets.hide(
            KafkaFailure.advice(error)
                .filter(advice -> !whole.contains(advice))
                .map(advice -> whole + " (" + advice + ")")
                .orElse(whole)));
  }

  /** The message of one error. Errors of the file system have only the path as theirs. */
  private static String sentence(Throwable error) {
    if (error instanceof NoSuchFileException missing) {
      return "%s cannot be opened: the file or its directory does not exist"
          .formatted(missing.getFile());
    }
    if (error instanceof AccessDeniedException denied) {
      return "%s cannot be opened: give this user the right to open it, or use another path"
          .formatted(denied.getFile());
    }
    if (error instanceof FileSystemException failed && failed.getReason() == null) {
      return "%s cannot be used: %s".formatted(failed.getFile(), failed.getClass().getSimpleName());
    }

    return error.getMessage() == null ? error.toString() : error.getMessage();
  }
}
