package io.rankstream.pipeline.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.StateRecoveryOptions;

/** The command that goes on where a run stopped, for a shell. */
final class ResumeCommandLine {

  private static final String FROM = "--" + StateRecoveryOptions.SAVEPOINT_PATH.key();

  private ResumeCommandLine() {}

  /**
   * @param arguments those of the run that stopped
   * @param path checkpoint to go on from
   */
  static String of(List<String> arguments, String path) {
    List<String> words = new ArrayList<>(List.of("run"));
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals(FROM)) {
        i++; // and its value
      } else if (!argument.equals("--resume") && !argument.startsWith(FROM + "=")) {
        words.add(argument);
      }
    }
    words.add(FROM);
    words.add(path);
    return ShellCommand.of(words);
  }
}
