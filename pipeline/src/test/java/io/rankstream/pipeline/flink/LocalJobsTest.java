package io.rankstream.pipeline.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalJobsTest {

  @TempDir Path directory;

  private Path checkpoints;
  private Path savepoints;
  private LocalJobs jobs;

  @BeforeEach
  void open() {
    checkpoints = directory.resolve("checkpoints");
    savepoints = directory.resolve("savepoints");
    jobs = new LocalJobs(directory.resolve("jobs"));
  }

  @Test
  void findsNothingWhereNothingIs() throws Exception {
    assertThat(jobs.newest(checkpoints, savepoints, "g")).isEmpty();
  }

  @Test
  void takesTheNewestCompleteOneAndNotTheHighestNumber() throws Exception {
    complete(checkpoints.resolve("aaaa/chk-90"), 1);
    Path newest = complete(checkpoints.resolve("bbbb/chk-3"), 3);
    Files.createDirectories(checkpoints.resolve("bbbb/chk-4")); // unfinished

    assertThat(jobs.newest(checkpoints, savepoints, "g"))
        .hasValueSatisfying(state -> assertThat(state.path()).isEqualTo(newest));

    Path savepoint = complete(savepoints.resolve("savepoint-bbbb-0123"), 4);
    assertThat(jobs.newest(checkpoints, savepoints, "g"))
        .hasValueSatisfying(state -> assertThat(state.path()).isEqualTo(savepoint));
  }

  @Test
  void passesOverTheCheckpointsOfAnotherGroup() throws Exception {
    Path mine = complete(checkpoints.resolve("aaaa/chk-1"), 1);
    complete(checkpoints.resolve("bbbb/chk-1"), 2);
    jobs.add("aaaa", "mine", "");
    jobs.add("bbbb", "other", "");

    assertThat(jobs.newest(checkpoints, savepoints, "mine"))
        .hasValueSatisfying(state -> assertThat(state.path()).isEqualTo(mine));
  }

  @Test
  void deletesTheOldestOfEndedJobsAndNothingElse() throws Exception {
    for (int i = 0; i < 9; i++) {
      complete(checkpoints.resolve("job%s/chk-1".formatted(i)), i);
      ended("job" + i, i == 8 ? "file:///x/job1/chk-1" : "");
    }
    complete(checkpoints.resolve("unknown/chk-1"), 0);
    complete(checkpoints.resolve("other/chk-1"), 0);
    jobs.add("other", "other", "");

    List<Path> deleted = jobs.deleteOld(checkpoints, "g", "file:///x/job0/chk-1");

    // 8 to 4 are the newest five; the next job starts from 0, and 8 needs 1
    assertThat(deleted).containsExactly(checkpoints.resolve("job3"), checkpoints.resolve("job2"));
    assertThat(checkpoints.resolve("job3")).doesNotExist();
    for (String kept : List.of("job0", "job1", "job4", "job8", "unknown", "other")) {
      assertThat(checkpoints.resolve(kept)).as(kept).exists();
    }
  }

  @Test
  void aJobOfALivingProcessIsNotOld() throws Exception {
    for (int i = 0; i < 7; i++) {
      complete(checkpoints.resolve("job%s/chk-1".formatted(i)), i);
      jobs.add("job" + i, "g", ""); // this process
    }

    assertThat(jobs.deleteOld(checkpoints, "g", "")).isEmpty();
  }

  private void ended(String job, String startedFrom) throws IOException {
    jobs.add(job, "g", startedFrom);
    Path file = directory.resolve("jobs").resolve(job);
    Properties entry = new Properties();
    try (var in = Files.newBufferedReader(file)) {
      entry.load(in);
    }
    entry.setProperty("process", "0"); // no process has this number
    try (var out = Files.newBufferedWriter(file)) {
      entry.store(out, null);
    }
  }

  private static Path complete(Path state, long second) throws IOException {
    Files.createDirectories(state);
    Path metadata = Files.createFile(state.resolve("_metadata"));
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(1_000_000 + second * 1_000));
    return state;
  }
}
