package io.rankstream.lab.cli;

import io.rankstream.pipeline.cli.Rankstream;
import java.util.stream.Stream;
import picocli.CommandLine;

/** The {@code rankstream} command of a checkout: the tools of the job, and the laboratory. */
public final class Lab {

  private static final String[] FOOTER = {
    "",
    "Start here:",
    "  rankstream demo                       see it learn, on this machine alone",
    "  rankstream broker                     a Kafka of your own, for your own images",
  };

  private Lab() {}

  public static void main(String[] arguments) {
    Rankstream.start(arguments, Lab::addTo);
  }

  /** The command line, ready to execute. */
  static CommandLine commandLine() {
    return Rankstream.commandLine(Lab::addTo);
  }

  private static void addTo(CommandLine line) {
    line.addSubcommand(new DemoCommand());
    line.addSubcommand(new BrokerCommand());
    line.addSubcommand(new ExperimentCommand());
    line.addSubcommand(new BenchCommand());
    line.addSubcommand(new ChaosCommand());
    line.addSubcommand(new FuzzCommand());
    line.addSubcommand(new WarmUpCommand());
    String[] inherited = line.getCommandSpec().usageMessage().footer();
    line.getCommandSpec()
        .usageMessage()
        .footer(Stream.of(FOOTER, inherited).flatMap(Stream::of).toArray(String[]::new));
  }
}
