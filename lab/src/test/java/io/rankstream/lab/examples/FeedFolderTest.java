package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Python feeder reads class folders as the feed command does. */
class FeedFolderTest {

  private static final Path EXAMPLES =
      Path.of("..", "examples/python").toAbsolutePath().normalize();
  private static final String PROGRAM =
      """
      import collections, sys
      import feed_folder
      others = collections.Counter()
      for path, names in list(feed_folder.images(sys.argv[1], others)):
          sys.stdout.buffer.write(("/".join(names) + "\\n").encode("utf-8"))
      print(sum(others.values()))
      """;

  private record Outcome(int exitCode, List<String> lines, String err) {}

  @TempDir Path directory;

  @BeforeAll
  static void requirePython() throws Exception {
    boolean found;
    try {
      found = new ProcessBuilder("python3", "-c", "").start().waitFor() == 0;
    } catch (IOException e) {
      found = false;
    }
    assumeTrue(found || System.getenv("CI") != null, "Python 3 is not installed");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void findsTheImagesThatTheCommandFinds(long seed) throws Exception {
    Random random = new Random(seed);
    List<String> folders =
        List.of(
            "", "a/", "b/", "a/c/", "b/d/e/", "a/.ipynb_checkpoints/", "__MACOSX/a/", "b/@eaDir/");
    List<String> endings =
        List.of(".jpg", ".PNG", ".jfif", ".JPE", ".jpeg", ".webp", ".txt", "", ".x.y");
    write("a/always.jpg");
    write("b/always.jpg");
    for (int i = 0; i < 150; i++) {
      String hidden = random.nextInt(10) == 0 ? "." : "";
      write(
          folders.get(random.nextInt(folders.size()))
              + hidden
              + "file-"
              + i
              + endings.get(random.nextInt(endings.size())));
    }
    write("a/Thumbs.db");
    write("real/cats/1.jpg");
    Files.createSymbolicLink(directory.resolve("linked"), directory.resolve("real/cats"));
    Files.createSymbolicLink(directory.resolve("a/gone.jpg"), directory.resolve("nothing.jpg"));

    Outcome python = python("C");

    ImageDataset dataset =
        ImageDatasets.open(directory, Split.TRAIN, FileNameSplit.NONE, line -> {});
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      ids.add(dataset.id(i));
    }
    assertThat(python.exitCode()).as(python.err()).isZero();
    assertThat(python.lines().subList(0, python.lines().size() - 1))
        .contains("linked/1.jpg")
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(Integer.parseInt(python.lines().get(ids.size()))).isGreaterThan(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void readsNamesInUtf8WhateverTheLocaleIs(String locale) throws Exception {
    shell("mkdir \"$(printf 'B\\303\\274cher')\"; : > \"$(printf 'B\\303\\274cher')/1.jpg\"");

    assertThat(python(locale).lines()).startsWith("Bücher/1.jpg");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void refusesOtherNamesBeforeTheFirstRecord(String locale) throws Exception {
    write("a/1.jpg");
    shell("mkdir \"$(printf 'B\\374cher')\"; : > \"$(printf 'B\\374cher')/1.jpg\"");

    Outcome outcome = python(locale);

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.lines()).isEmpty();
    assertThat(outcome.err()).contains("is not in UTF-8: rename the file or folder");
  }

  @Test
  void refusesLinksThatLeadBackToEachOther() throws Exception {
    write("a/1.jpg");
    write("b/1.jpg");
    Files.createSymbolicLink(directory.resolve("a/to-b"), directory.resolve("b"));
    Files.createSymbolicLink(directory.resolve("b/to-a"), directory.resolve("a"));

    Outcome outcome = python("C");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("is a link to a folder that it lies in: remove it");
  }

  private void write(String name) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
  }

  private void shell(String script) throws Exception {
    Process shell = new ProcessBuilder("sh", "-c", script).directory(directory.toFile()).start();
    assumeTrue(shell.waitFor(1, TimeUnit.MINUTES) && shell.exitValue() == 0, "no POSIX shell");
  }

  private Outcome python(String locale) throws Exception {
    Path out = Files.createTempFile("feed-folder", ".out");
    Path err = Files.createTempFile("feed-folder", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder("python3", "-B", "-c", PROGRAM, directory.toString())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().put("LC_ALL", locale);
      builder.environment().put("PYTHONPATH", EXAMPLES.toString());
      Process process = builder.start();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      return new Outcome(process.exitValue(), Files.readAllLines(out), Files.readString(err));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }
}
