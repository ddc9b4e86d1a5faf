package io.rankstream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.flink.JobProgress;
import io.rankstream.pipeline.flink.JobRest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunProgressTest {

  private static final Duration SHORT = Duration.ofSeconds(5);

  private final RunProgress progress =
      new RunProgress(
          new JobRest(URI.create("http://localhost:1"), "0"), new PrintWriter(new StringWriter()));

  @Test
  void tellsWhatHappenedSinceTheLastLine() {
    assertThat(progress.line(new JobProgress(1_000, 7, 20, 1, 500, 2), SHORT))
        .isEqualTo(
            "images 1,000, repeats passed over 7, steps 20, dead letters 1, waiting in Kafka 500, checkpoints 2; 200 images/s, 4 steps/s");
    assertThat(progress.line(new JobProgress(1_100, 7, 40, 1, 0, 3), SHORT))
        .endsWith("checkpoints 3; 20 images/s, 4 steps/s");
  }

  @Test
  void isSilentAtRestForAMinute() {
    JobProgress rest = new JobProgress(10, 0, 1, 0, 0, 1);
    assertThat(progress.line(rest, SHORT)).isNotEmpty();

    assertThat(progress.line(rest, Duration.ofSeconds(59))).isEmpty();
    assertThat(progress.line(rest, Duration.ofSeconds(60))).endsWith("no new images for a minute");
  }

  @Test
  void repeatsAreNoRest() {
    progress.line(new JobProgress(10, 0, 1, 0, 0, 1), SHORT);

    assertThat(progress.line(new JobProgress(10, 300, 1, 0, 0, 1), SHORT))
        .startsWith("images 10, repeats passed over 300, ");
  }

  @Test
  void writesTheCommandThatGoesOn() {
    assertThat(
            ResumeCommandLine.of(
                List.of(
                    "--config",
                    "my job.properties",
                    "--resume",
                    "--execution.state-recovery.path",
                    "old",
                    "--kafka.ssl.key.password=hunter2"),
                "file:/state/chk-7"))
        .isEqualTo(
            "./rankstream run --config 'my job.properties' '--kafka.ssl.key.password=(hidden)' --execution.state-recovery.path file:/state/chk-7");
  }
}
