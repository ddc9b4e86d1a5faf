package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MutatedImagesTest {

  private static final int IMAGES = 5000;

  @Test
  void neitherDamageNorMemoryEndsAProcessThatDecodesMutatedImages() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms128m",
                "-Xmx128m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                MutatedImages.class.getName(),
                Integer.toString(IMAGES),
                "1")
            .redirectError(Redirect.DISCARD) // the native libraries tell of each damage there
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).describedAs("exit code; the process said: %s", said).isZero();
    assertThat(said).contains("accepted");
  }
}
