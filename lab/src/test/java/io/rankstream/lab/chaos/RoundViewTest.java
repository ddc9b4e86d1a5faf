package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundViewTest {

  @TempDir private Path job;

  @Test
  void aRoundIsBegunWithSomeReplicasAndCompleteWithAll() throws IOException {
    RoundView view = new RoundView(job.resolve("not-yet"), 2);
    assertThat(view.isAnyBegun()).isFalse();
    assertThat(view.complete()).isEmpty();

    view = new RoundView(job, 2);
    write("a/7/0-x", "weights");
    write("a/7/0-y", "weights"); // the second attempt of the same replica
    assertThat(view.isAnyBegun()).isTrue();
    assertThat(view.complete()).isEmpty();

    write("a/7/1-x", "weigh");
    assertThat(view.complete()).as("a file that is being written").isEmpty();
    write("a/7/1-x", "weights");
    assertThat(view.isAnyBegun()).isFalse();
    assertThat(view.complete()).contains(job.resolve("a/7").toFile());
  }

  @Test
  void aRoundIsFollowedByALaterOneOfItsStream() throws IOException {
    RoundView view = new RoundView(job, 2);
    write("a/9/0-x", "weights");
    write("a/9/1-x", "weights");
    write("a/8/0-x", "weights");
    write("b/10/0-x", "weights");
    Path round = job.resolve("a/9");
    assertThat(view.isFollowed(round.toFile())).isFalse();

    write("a/10/1-x", "");
    assertThat(view.isFollowed(round.toFile())).isTrue();
    assertThat(view.isComplete(round.toFile())).isTrue();

    Files.delete(round.resolve("1-x"));
    assertThat(view.isComplete(round.toFile())).isFalse();
  }

  @Test
  void filesThatLayThereTellNothing() throws IOException {
    write("a/7/0-x", "weights");
    RoundView view = new RoundView(job, 2);
    write("a/7/1-x", "weights");
    assertThat(view.complete()).isEmpty();

    write("a/7/0-y", "weights");
    assertThat(view.complete()).isPresent();
  }

  private void write(String name, String content) throws IOException {
    Path file = job.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
