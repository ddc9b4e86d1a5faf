package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.Secrets;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** A command of this program as one types it in a shell, without passwords. */
public final class ShellCommand {

  private ShellCommand() {}

  /**
   * The command in one line.
   *
   * @param arguments its words, from the name of the command on
   */
  public static String of(List<String> arguments) {
    return Secrets.hide(arguments).stream()
        .map(ShellCommand::quoted)
        .collect(Collectors.joining(" ", "./rankstream ", ""));
  }

  /** The words of the command that runs, from its name on. */
  public static List<String> words(CommandSpec command) {
    List<String> all = command.commandLine().getParseResult().originalArgs();
    return all.subList(all.indexOf(command.name()), all.size());
  }

  private static String quoted(String word) {
    return word.matches("[\\w./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
