package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.schemas.LabeledImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as processes of their own, on machines with other languages and character sets. */
class LocaleITCase {

  private static final int CLASSES = 4;
  private static final int PER_CLASS = 8;

  private record Outcome(int exitCode, String out, String err) {}

  @TempDir static Path directory;
  private static LocalRun kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = LocalRun.start("test");
    Fixtures.photos(directory.resolve("photos"), CLASSES, PER_CLASS);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  /** In Turkish the upper case of i is İ; Arabic has other digits. */
  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "ar-EG"})
  void feedRunAndTailWork(String language) throws Exception {
    TopicNames topics = TopicNames.withPrefix("images-" + language, language);
    Topics.createImages(kafka.clients(), topics.images());
    List<String> locale = locale(language);

    Outcome fed =
        run(
            "C.UTF-8",
            locale,
            "feed",
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--topic",
            topics.images(),
            "--test-share",
            "0",
            "--data",
            directory.resolve("photos").toString());
    assertThat(fed.exitCode()).as(fed.toString()).isZero();

    List<String> settings = new ArrayList<>(List.of("run"));
    topics
        .settings()
        .with(kafka.settings(topics, language).configuration().toMap())
        .configuration()
        .toMap()
        .forEach((key, value) -> settings.addAll(List.of("--" + key, value)));
    settings.addAll(List.of("--input.bounded", "true", "--batch.train-every", "8"));
    settings.addAll(
        List.of("--versions.directory", directory.resolve(language).toUri().toString()));
    Outcome ran = run("C.UTF-8", locale, settings.toArray(String[]::new));
    assertThat(ran.exitCode()).as(ran.toString()).isZero();

    Outcome printed =
        run(
            "C.UTF-8",
            locale,
            "tail",
            "embeddings",
            "--bootstrap-servers",
            kafka.bootstrapServers(),
            "--topic",
            topics.embeddings(),
            "--from-beginning",
            "--no-follow",
            "--json");
    Set<String> ids = new HashSet<>();
    for (String line : printed.out().lines().toList()) {
      JsonNode embedding = new ObjectMapper().readTree(line);
      ids.add(embedding.get("image_id").asText());
      assertThat(embedding.get("space_id").asText()).matches("[ -~]+");
    }
    assertThat(ids).hasSize(CLASSES * PER_CLASS);
  }

  /**
   * The first half of the records takes each attack in turn; broker and job are in the process of
   * the command.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tr-TR", "ar-EG"})
  void theFuzzerFindsEachRecordAgain(String language) throws Exception {
    Outcome outcome =
        run("C.UTF-8", locale(language), "fuzz", "--records", "100", "--largest", "8");

    assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
  }

  @Test
  void namesBeyondAsciiAreReadRightOrRefusedBeforeTheFirstRecord() throws Exception {
    // By the shell: this process may have no locale that can write the name.
    String script =
        "for c in 'B\\303\\274cher' '\\347\\212\\254'; do d=photos2/$(printf $c); mkdir -p $d; cp photos/class-0/*.png $d; done";
    Process shell =
        new ProcessBuilder("sh", "-c", script).directory(directory.toFile()).inheritIO().start();
    assumeTrue(shell.waitFor(1, TimeUnit.MINUTES) && shell.exitValue() == 0, "no POSIX shell");
    String topic = "images.named";
    Topics.createImages(kafka.clients(), topic);
    String[] feed = {
      "feed",
      "--bootstrap-servers",
      kafka.bootstrapServers(),
      "--topic",
      topic,
      "--data",
      directory.resolve("photos2").toString()
    };

    Outcome ascii = run("C", List.of(), feed);
    assertThat(kafka.records(topic)).isEmpty();
    assertThat(ascii.exitCode()).as(ascii.toString()).isEqualTo(1);
    assertThat(ascii.err()).contains("cannot be read", "set LC_ALL=C.UTF-8");

    assertThat(run("C.UTF-8", List.of(), feed).exitCode()).isZero();
    Set<String> labels = new HashSet<>();
    for (ConsumerRecord<byte[], byte[]> record : kafka.records(topic)) {
      labels.add(LabeledImage.getDecoder().decode(record.value()).getLabel());
    }
    assertThat(labels).containsExactlyInAnyOrder("Bücher", "犬");
  }

  private static List<String> locale(String language) {
    return List.of(
        "-Duser.language=" + language.substring(0, 2), "-Duser.country=" + language.substring(3));
  }

  private static Outcome run(String locale, List<String> options, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-Xmx1g", "-Doffline=true", "-Dai.djl.offline=true", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Lab.class.getName());
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(directory, "child", ".out");
    Path err = Files.createTempFile(directory, "child", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("LC_ALL", locale);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
