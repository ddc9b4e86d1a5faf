package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.lab.Documents;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.TwoHeadTraining;
import java.io.File;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of a program with a source of its own, in a process that has no Kafka at all. */
class OwnSourceITCase {

  private static final int CLASSES = 4;
  private static final int PER_CLASS = 8;
  private static final int PASSES = 10;

  /** Libraries of Kafka and of the command line, by the beginning of their files' names. */
  private static final List<String> LEFT_OUT =
      List.of("kafka", "flink-connector-kafka", "picocli", "progressbar");

  @TempDir static Path directory;

  @Test
  void aProgramTrainsOnItsOwnElementsWithoutKafka() throws Exception {
    Path photos = directory.resolve("photos");
    Fixtures.photos(photos, CLASSES, PER_CLASS);
    Path broken = Files.writeString(photos.resolve("class-0").resolve("9.png"), "no image");
    compile();

    List<String> lines =
        new Programs(directory)
            .run(
                "own",
                Programs.java(),
                "-Xmx1g",
                "-Doffline=true",
                "-Dai.djl.offline=true",
                "-cp",
                directory + File.pathSeparator + String.join(File.pathSeparator, withoutKafka()),
                "TrainInYourProgram",
                photos.toString(),
                Integer.toString(PASSES),
                directory.resolve("checkpoints").toString());

    Set<String> embedded =
        lines.stream()
            .filter(line -> line.startsWith("embedded "))
            .map(line -> line.split(" ", -1)[1])
            .collect(Collectors.toSet());
    assertThat(embedded).isEqualTo(images(photos, broken));
    assertThat(lines.stream().filter(line -> line.matches("step \\d+ loss \\d+\\.\\d+")))
        .hasSizeGreaterThanOrEqualTo(PASSES); // each pass has two batches of new images
    assertThat(lines.stream().filter(line -> line.startsWith("rejected ")))
        .hasSize(PASSES)
        .allMatch(
            line -> line.startsWith("rejected %s: IMAGE_UNSUPPORTED_FORMAT".formatted(broken)));
  }

  @Test
  void thatProcessHasNoKafka() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : withoutKafka()) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader classes =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      assertThat(classes.loadClass(TwoHeadTraining.class.getName())).isNotNull();
      for (String missing :
          List.of(
              "org.apache.kafka.clients.consumer.KafkaConsumer",
              "org.apache.flink.connector.kafka.source.KafkaSource",
              "kafka.server.KafkaRaftServer",
              "picocli.CommandLine")) {
        assertThatThrownBy(() -> classes.loadClass(missing))
            .isInstanceOf(ClassNotFoundException.class);
      }
    }
  }

  private static Set<String> images(Path photos, Path broken) throws Exception {
    try (Stream<Path> files = Files.walk(photos)) {
      return files
          .filter(file -> Files.isRegularFile(file) && !file.equals(broken))
          .map(Path::toString)
          .collect(Collectors.toSet());
    }
  }

  private static void compile() throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean isCompiled =
          compiler
              .getTask(
                  problems,
                  files,
                  null,
                  List.of(
                      "-proc:none",
                      "-d",
                      directory.toString(),
                      "-cp",
                      String.join(File.pathSeparator, withoutKafka())),
                  null,
                  files.getJavaFileObjects(
                      Documents.ROOT.resolve("examples/java/TrainInYourProgram.java")))
              .call();
      assertThat(isCompiled).as(problems.toString()).isTrue();
    }
  }

  private static List<String> withoutKafka() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(
            entry ->
                LEFT_OUT.stream().noneMatch(Path.of(entry).getFileName().toString()::startsWith))
        .toList();
  }
}
