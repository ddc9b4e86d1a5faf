package io.rankstream.pipeline.flink;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.util.FileUtils;

/**
 * The jobs that ran in processes of this machine. A small file for each job tells to which consumer
 * group it belonged, so that a job goes on from its own checkpoints and not from those of another.
 */
public final class LocalJobs {

  /** Jobs that have ended and whose last checkpoint stays. */
  static final int KEPT = 5;

  private static final String GROUP = "group";
  private static final String PROCESS = "process";
  private static final String STARTED_FROM = "started-from";

  private final Path directory;

  /**
   * @param directory folder of the small files; created when needed
   */
  public LocalJobs(Path directory) {
    this.directory = directory;
  }

  /**
   * Notes a job of this process.
   *
   * @param startedFrom the checkpoint that it owns from now on and needs, or empty
   */
  public void add(String job, String group, String startedFrom) throws IOException {
    Properties entry = new Properties();
    entry.setProperty(GROUP, group);
    entry.setProperty(PROCESS, Long.toString(ProcessHandle.current().pid()));
    entry.setProperty(STARTED_FROM, startedFrom);
    Files.createDirectories(directory);
    try (Writer out = Files.newBufferedWriter(directory.resolve(job), StandardCharsets.UTF_8)) {
      entry.store(out, null);
    }
  }

  /**
   * The newest checkpoint or savepoint of a consumer group, or of a job that nobody noted.
   *
   * @param checkpoints directory of the checkpoints
   * @param savepoints directory of the savepoints
   */
  public Optional<SavedState> newest(Path checkpoints, Path savepoints, String group)
      throws IOException {
    List<SavedState> all = new ArrayList<>(SavedStates.checkpoints(checkpoints));
    all.addAll(SavedStates.savepoints(savepoints));
    for (SavedState state : SavedStates.newestFirst(all)) {
      Optional<Properties> entry = entry(state.job());
      if (entry.isEmpty() || group.equals(entry.get().getProperty(GROUP))) {
        return Optional.of(state);
      }
    }
    return Optional.empty();
  }

  /**
   * Deletes the checkpoints of jobs of a consumer group that have ended, but for those of the last
   * five, and what a job needs that started from it. Savepoints stay: somebody asked for them.
   *
   * @param checkpoints directory of the checkpoints
   * @param startFrom path that the next job starts from; it stays
   * @return the directories that are gone
   */
  public List<Path> deleteOld(Path checkpoints, String group, String startFrom) throws IOException {
    Set<Path> ended = new HashSet<>();
    List<Path> deleted = new ArrayList<>();
    String needed = startFrom + "\n" + needed();
    for (SavedState state : SavedStates.checkpoints(checkpoints)) {
      Path job = state.path().getParent();
      Optional<Properties> entry = entry(state.job());
      if (entry.isPresent()
          && group.equals(entry.get().getProperty(GROUP))
          && !isAlive(entry.get())
          && ended.add(job)
          && ended.size() > KEPT
          && !needed.contains(state.job())) {
        FileUtils.deleteDirectory(job.toFile());
        Files.deleteIfExists(directory.resolve(state.job()));
        deleted.add(job);
      }
    }
    return deleted;
  }

  private String needed() throws IOException {
    StringBuilder needed = new StringBuilder();
    for (Path file : files()) {
      needed.append(read(file).getProperty(STARTED_FROM, "")).append('\n');
    }
    return needed.toString();
  }

  private static boolean isAlive(Properties entry) {
    long process = Long.parseLong(entry.getProperty(PROCESS, "0"));
    return process == ProcessHandle.current().pid()
        || ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
  }

  private Optional<Properties> entry(String firstDigits) throws IOException {
    for (Path file : files()) {
      if (file.getFileName().toString().startsWith(firstDigits)) {
        return Optional.of(read(file));
      }
    }
    return Optional.empty();
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.sorted().toList();
    }
  }

  private static Properties read(Path file) throws IOException {
    Properties entry = new Properties();
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      entry.load(in);
    }
    return entry;
  }
}
