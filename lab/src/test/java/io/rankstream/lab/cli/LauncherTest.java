package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rankstream.lab.Documents;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that starts the program, with a Java that only shows what it was given. */
class LauncherTest {

  @TempDir Path directory;

  @Test
  void worksWithoutAHomeAndInAnAsciiLocale() throws Exception {
    String shown = launch(Map.of("LC_ALL", "C"), "doctor", "--json");

    assertThat(shown)
        .contains(
            "LC_ALL=C.UTF-8",
            "DJL_CACHE_DIR=/",
            "HOME=/",
            "io.rankstream.lab.cli.Lab doctor --json")
        .doesNotContain("parameter not set", "DJL_CACHE_DIR=/.cache");
  }

  @Test
  void keepsAHomeAndALocaleThatAreThere() throws Exception {
    assertThat(launch(Map.of("LC_ALL", "C.UTF-8", "HOME", "/somewhere"), "--version"))
        .contains(
            "LC_ALL=C.UTF-8", "HOME=/somewhere", "DJL_CACHE_DIR=/somewhere/.cache/rankstream/djl");
  }

  @Test
  void archivesTheClassesOfAStartOnceAfterABuild() throws Exception {
    Path archive = directory.resolve("lab/target/classes.jsa");

    String first = launch(Map.of(), "demo", "--no-browser");

    assertThat(first)
        .contains("Preparing faster starts", "-XX:TieredStopAtLevel=1", "Lab demo --no-browser")
        .doesNotContain("SharedArchiveFile");
    assertThat(Path.of(archive + ".log"))
        .content()
        .contains("-XX:ArchiveClassesAtExit=" + archive, "Lab warm-up");

    assertThat(launch(Map.of(), "demo")).doesNotContain("Preparing", "SharedArchiveFile");

    Files.writeString(archive, "classes");
    assertThat(launch(Map.of(), "doctor"))
        .contains("-XX:SharedArchiveFile=" + archive, "Lab doctor")
        .doesNotContain("Preparing", "TieredStopAtLevel");
  }

  @Test
  void helpIsNotHeldUpByTheArchive() throws Exception {
    assertThat(launch(Map.of(), "demo", "--help")).doesNotContain("Preparing");
  }

  private String launch(Map<String, String> environment, String... arguments) throws Exception {
    Path script = directory.resolve("rankstream");
    Path java = directory.resolve("jdk/bin/java");
    if (!Files.exists(script)) {
      Files.copy(Documents.ROOT.resolve("rankstream"), script);
      Files.createDirectories(java.getParent());
      Files.writeString(
          java,
          "#!/bin/sh\n[ \"$1\" = -version ] && { echo 'openjdk version \"17.0.1\"' >&2; exit; }\nenv\necho \"$@\"\n");
      Files.createDirectories(directory.resolve("lab/target/lib"));
      Path jar = Files.createFile(directory.resolve("lab/target/rankstream-lab.jar"));
      // Some shells compare whole seconds.
      Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(60)));
    }
    assumeTrue(java.toFile().setExecutable(true) && script.toFile().setExecutable(true), "POSIX");

    String[] command = new String[arguments.length + 2];
    command[0] = "sh";
    command[1] = script.toString();
    System.arraycopy(arguments, 0, command, 2, arguments.length);
    Path shown = directory.resolve("shown");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(shown.toFile());
    String path = System.getenv("PATH");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return Files.readString(shown);
  }
}
