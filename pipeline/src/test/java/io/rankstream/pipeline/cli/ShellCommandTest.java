package io.rankstream.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ShellCommandTest {

  @Test
  void quotesWhatAShellWouldTakeApartAndHidesPasswords() {
    assertThat(
            ShellCommand.of(
                List.of("feed", "--data", "my photos/Peter's", "--kafka.ssl.key.password=geheim")))
        .isEqualTo(
            "./rankstream feed --data 'my photos/Peter'\\''s' '--kafka.ssl.key.password=(hidden)'");
  }

  @Test
  void theCommandThatGoesOnNamesTheCheckpointOnce() {
    assertThat(
            ResumeCommandLine.of(
                List.of(
                    "--resume",
                    "--execution.state-recovery.path",
                    "file:/old",
                    "--batch.classes=4"),
                "file:/new/chk-7"))
        .isEqualTo(
            "./rankstream run --batch.classes=4 --execution.state-recovery.path file:/new/chk-7");
  }
}
