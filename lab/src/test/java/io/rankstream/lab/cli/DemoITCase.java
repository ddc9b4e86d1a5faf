package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoITCase {

  private static final int CLASSES = 5;
  private static final int TRAINING = 60;
  private static final int UNSEEN = 20;
  private static final long UNSEEN_SEED = 10_000; // no unseen image is one that is trained on
  private static final Pattern FORGETTING =
      Pattern.compile(
          "Classes that come less often since the change: mean recall of unseen images (\\S+) when it came, (\\S+) at the end; the other classes (\\S+) at the end");

  @TempDir Path directory;

  @Test
  void tellsWhatIsLeftOfTheClassesThatCameLessOftenOnceTheStreamHadChanged() throws Exception {
    Fixtures.photos(directory.resolve("photos/train"), CLASSES, TRAINING);
    Fixtures.photos(directory.resolve("photos/test"), CLASSES, UNSEEN, UNSEEN_SEED);
    Path report = directory.resolve("report.html");
    StringWriter out = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));

    int exitCode =
        line.execute(
            "demo",
            "--data=" + directory.resolve("photos"),
            "--skew=4",
            "--drift",
            "--train-every=2",
            "--no-browser",
            "--report=" + report);

    assertThat(exitCode).as(out.toString()).isZero();
    assertThat(out.toString())
        .contains("class-0", "The stream changed at step", CLASSES * UNSEEN + " unseen images");
    Matcher forgetting = FORGETTING.matcher(out.toString());
    assertThat(forgetting.find()).as(out.toString()).isTrue();
    for (int group = 1; group <= forgetting.groupCount(); group++) {
      assertThat(Double.parseDouble(forgetting.group(group)))
          .as(out.toString())
          .isBetween(0.0, 1.0);
    }
    assertThat(out.toString()).doesNotContain("unseen images: micro 0.0000");
    assertThat(Files.readString(report)).contains(forgetting.group());
  }
}
