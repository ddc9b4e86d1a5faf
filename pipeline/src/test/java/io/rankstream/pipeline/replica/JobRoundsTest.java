package io.rankstream.pipeline.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several jobs whose rounds lie in one directory. */
class JobRoundsTest {

  @TempDir private Path root;

  private final JobID job = new JobID();

  @Test
  void deletesWhatAJobLeftThatHasNotLivedForADay() throws Exception {
    Path dead = directoryOf(new JobID());
    Path file = weights(dead);
    makeOld(dead, 25);

    rounds(job).show();

    assertThat(file).doesNotExist();
    assertThat(dead).doesNotExist();
  }

  /** Its replicas may wait for days where no image comes. */
  @Test
  void deletesNothingOfAJobThatShowsThatItLives() throws Exception {
    JobID other = new JobID();
    Path file = weights(directoryOf(other));
    makeOld(directoryOf(other), 240);
    rounds(other).show();
    makeOld(directoryOf(other).resolve("stream"), 240);

    rounds(job).show();

    assertThat(file).exists();
  }

  /** As one of a release that has no sign. */
  @Test
  void deletesNothingOfAJobThatHasWrittenWithinADay() throws Exception {
    Path other = directoryOf(new JobID());
    Path old = weights(other);
    makeOld(other, 240);
    Path young = Files.writeString(old.resolveSibling("1-b"), "weights");
    makeOld(old.getParent(), 240);
    Files.setLastModifiedTime(young, hoursAgo(23));

    rounds(job).show();

    assertThat(old).exists();
    assertThat(young).exists();
  }

  @Test
  void deletesNothingOfItsOwnAndNothingThatIsNoJob() throws Exception {
    Path own = weights(directoryOf(job));
    makeOld(directoryOf(job), 240);
    Path foreign =
        Files.writeString(Files.createDirectories(root.resolve("mine")).resolve("f"), "");
    makeOld(root.resolve("mine"), 240);

    rounds(job).show();

    assertThat(own).exists();
    assertThat(foreign).exists();
  }

  /** The tasks of another JobManager, which has taken the job over, may have written it. */
  @Test
  void leavesAFileThatAnAttemptMayUse() throws Exception {
    Path used = weights(directoryOf(job));
    Path empty = Files.createDirectories(directoryOf(job).resolve("other"));
    rounds(job).show();

    rounds(job).leave();
    assertThat(used).exists();
    assertThat(empty).doesNotExist();

    RoundFiles.delete(List.of(handIn(used)));
    rounds(job).leave();
    assertThat(directoryOf(job)).doesNotExist();
    assertThat(root).as("other jobs have theirs there").exists();
  }

  private JobRounds rounds(JobID id) {
    return new JobRounds(new org.apache.flink.core.fs.Path(root.toUri()), id);
  }

  private Path directoryOf(JobID id) {
    return root.resolve(id.toString());
  }

  private static Path weights(Path directory) throws IOException {
    Path round = Files.createDirectories(directory.resolve("stream").resolve("7"));
    return Files.writeString(round.resolve("0-a"), "weights");
  }

  private static HandIn handIn(Path file) {
    HandIn plain = RoundSimulation.handIn(7, 0, 2, 2);
    return new HandIn("s", 7, 0, plain.share(), file.toUri().toString(), "");
  }

  private static void makeOld(Path directory, int hours) throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path each : tree.toList()) {
        Files.setLastModifiedTime(each, hoursAgo(hours));
      }
    }
  }

  private static FileTime hoursAgo(int hours) {
    return FileTime.from(Instant.now().minus(Duration.ofHours(hours)));
  }
}
