package io.rankstream.lab.chaos;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rounds of a job's replicas, seen from outside by the files of their weights: {@code
 * STREAM/ROUND/REPLICA-RANDOM}. The files of a round are deleted when all replicas have its
 * average. Files that lay there at first are not looked at: a failed attempt may have left them.
 */
final class RoundView {

  private final File directory;
  private final int replicas;
  private final Set<File> before;

  /**
   * @param directory directory of the job's rounds, which need not be there yet
   * @param replicas replicas of each model
   */
  RoundView(Path directory, int replicas) {
    this.directory = directory.toFile();
    this.replicas = replicas;
    this.before = rounds().flatMap(round -> in(round).stream()).collect(Collectors.toSet());
  }

  /** Whether a round has weights of some replicas, and not of all. */
  boolean isAnyBegun() {
    return rounds()
        .map(round -> replicasIn(handedIn(round)))
        .anyMatch(count -> count > 0 && count < replicas);
  }

  /** A round to which all replicas have written their weights, and which not all have applied. */
  Optional<File> complete() {
    return rounds().filter(this::isComplete).findAny();
  }

  /** Whether a round is {@link #complete} still. */
  boolean isComplete(File round) {
    List<File> files = handedIn(round);
    // A file that is being written is shorter than the others.
    return replicasIn(files) == replicas
        && files.stream().mapToLong(File::length).distinct().count() == 1
        && files.get(0).length() > 0;
  }

  /** Whether a replica writes its weights for a later round, for which it needs the average. */
  boolean isFollowed(File round) {
    return in(round.getParentFile()).stream()
        .anyMatch(
            other ->
                Long.parseLong(other.getName()) > Long.parseLong(round.getName())
                    && !handedIn(other).isEmpty());
  }

  private Stream<File> rounds() {
    return in(directory).stream().flatMap(stream -> in(stream).stream());
  }

  private List<File> handedIn(File round) {
    return in(round).stream().filter(file -> !before.contains(file)).toList();
  }

  private static long replicasIn(List<File> files) {
    return files.stream()
        .map(file -> file.getName().substring(0, file.getName().indexOf('-')))
        .distinct()
        .count();
  }

  /** What a directory holds; nothing if it has been deleted. */
  private static List<File> in(File directory) {
    File[] files = directory.listFiles();
    return files == null ? List.of() : Arrays.asList(files);
  }
}
