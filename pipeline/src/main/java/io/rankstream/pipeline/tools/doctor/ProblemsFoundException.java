package io.rankstream.pipeline.tools.doctor;

import java.util.List;
import java.util.stream.Collectors;

/** The job was not started because a check found that it cannot run. */
public final class ProblemsFoundException extends Exception {

  private static final long serialVersionUID = 1L;

  private ProblemsFoundException(String message) {
    super(message);
  }

  /**
   * Throws when there are problems among the findings.
   *
   * @throws ProblemsFoundException listing all of them
   */
  public static void throwIfAny(List<Finding> findings) throws ProblemsFoundException {
    List<String> problems =
        findings.stream().filter(Finding::isProblem).map(Finding::message).toList();
    if (problems.size() == 1) {
      throw new ProblemsFoundException(problems.get(0));
    }
    if (!problems.isEmpty()) {
      throw new ProblemsFoundException(
          problems.stream()
              .collect(Collectors.joining("\n  - ", "The job cannot start:\n  - ", "")));
    }
  }
}
