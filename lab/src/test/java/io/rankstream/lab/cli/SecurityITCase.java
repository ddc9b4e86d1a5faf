package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.SecureKafka;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands against a broker with TLS, passwords (SCRAM-SHA-512) and rights. */
class SecurityITCase {

  private static final int CLASSES = 4;
  private static final int PER_CLASS = 8;
  private static final String WRONG = "wrong-password-4711";

  @TempDir static Path directory;
  private static SecureKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new SecureKafka(directory.resolve("secure"));
    Fixtures.photos(directory.resolve("photos"), CLASSES, PER_CLASS);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void feedRunAndTailPassThrough() throws Exception {
    Path secrets = Files.writeString(directory.resolve("secrets"), "kafka=" + SecureKafka.PASSWORD);
    Map<String, String> clients =
        kafka.clients(SecureKafka.USER, "${file:%s:kafka}".formatted(secrets));
    String file = kafka.file("clients.properties", clients, "").toString();

    Outcome fed =
        rankstream(
            "feed",
            "--kafka-config",
            file,
            "--test-share",
            "0",
            "--data",
            directory.resolve("photos").toString());
    Outcome ran = run(clients);
    Outcome read =
        rankstream("tail", "embeddings", "--kafka-config", file, "--from-beginning", "--no-follow");

    assertThat(fed).extracting(Outcome::exitCode, Outcome::err).containsExactly(0, "");
    assertThat(ran.exitCode()).describedAs(ran.err()).isZero();
    assertThat(read.exitCode()).isZero();
    assertThat(read.out()).hasSizeGreaterThanOrEqualTo(CLASSES * PER_CLASS);
    assertThat(ran.toString() + fed + read).doesNotContain(SecureKafka.PASSWORD);
  }

  @Test
  void aUserNeedsNoMoreThanTheRightsOfTheManual() throws Exception {
    TopicNames names = TopicNames.withPrefix("own.images", "own");
    Properties owner = new Properties();
    owner.putAll(kafka.clients(SecureKafka.USER, SecureKafka.PASSWORD));
    Topics.create(owner, names, 1);
    String file =
        kafka
            .file("owner.properties", kafka.clients(SecureKafka.USER, SecureKafka.PASSWORD), "")
            .toString();
    assertThat(
            rankstream(
                    "feed",
                    "--kafka-config",
                    file,
                    "--topic",
                    names.images(),
                    "--test-share",
                    "0",
                    "--data",
                    directory.resolve("photos").toString())
                .exitCode())
        .isZero();
    kafka.grant(ResourceType.TOPIC, names.images(), PatternType.LITERAL, AclOperation.READ);
    kafka.grant(ResourceType.GROUP, "own", PatternType.LITERAL, AclOperation.READ);
    for (String output :
        List.of(names.embeddings(), names.metrics(), names.modelVersions(), names.deadLetters())) {
      kafka.grant(ResourceType.TOPIC, output, PatternType.LITERAL, AclOperation.WRITE);
      kafka.grant(ResourceType.TOPIC, output, PatternType.LITERAL, AclOperation.READ);
    }
    kafka.grant(ResourceType.TRANSACTIONAL_ID, "own", PatternType.PREFIXED, AclOperation.WRITE);

    Outcome ran =
        run(
            kafka.clients(SecureKafka.WORKER, SecureKafka.PASSWORD),
            "--input.group-id",
            "own",
            "--input.topic",
            names.images(),
            "--output.embeddings-topic",
            names.embeddings(),
            "--output.metrics-topic",
            names.metrics(),
            "--output.model-versions-topic",
            names.modelVersions(),
            "--output.dead-letters-topic",
            names.deadLetters());

    assertThat(ran.exitCode()).describedAs(ran.err()).isZero();
    assertThat(ran.err())
        .contains("warning: own.images exists, but its settings cannot be checked");
    assertThat(
            rankstream(
                    "tail",
                    "embeddings",
                    "--topic",
                    names.embeddings(),
                    "--kafka-config",
                    file,
                    "--from-beginning",
                    "--no-follow")
                .out())
        .hasSizeGreaterThanOrEqualTo(CLASSES * PER_CLASS);
  }

  @Test
  void aWrongPasswordEndsEachCommandWithOneMessage() throws Exception {
    Map<String, String> clients = kafka.clients(SecureKafka.USER, WRONG);
    String file = kafka.file("wrong.properties", clients, "").toString();
    List<Outcome> outcomes =
        List.of(
            run(clients),
            rankstream(
                "feed", "--kafka-config", file, "--data", directory.resolve("photos").toString()),
            rankstream("tail", "embeddings", "--kafka-config", file));

    for (Outcome outcome : outcomes) {
      assertThat(outcome.exitCode()).isEqualTo(1);
      assertThat(outcome.err().lines().filter(line -> line.startsWith("error: "))).hasSize(1);
      assertThat(outcome.err())
          .contains("invalid credentials with SASL mechanism SCRAM-SHA-512")
          .contains("check sasl.mechanism and the user and password in sasl.jaas.config")
          .doesNotContain("\tat ", WRONG);
    }
  }

  @Test
  void anUnknownCertificateEndsTheRunWithOneMessage() throws Exception {
    Map<String, String> clients = kafka.clients(SecureKafka.USER, SecureKafka.PASSWORD);
    clients.remove("ssl.truststore.location");
    clients.remove("ssl.truststore.password");

    Outcome outcome = run(clients);

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("ssl.truststore.location")
        .doesNotContain("\tat ", SecureKafka.PASSWORD);
  }

  @Test
  void aMissingSecretIsNamed() throws Exception {
    Outcome outcome = run(kafka.clients(SecureKafka.USER, "${env:RANKSTREAM_NO_SUCH_SECRET}"));

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err())
        .contains(
            "The environment variable RANKSTREAM_NO_SUCH_SECRET that kafka.sasl.jaas.config names is not set");
  }

  @Test
  void theDoctorAsksForRights() throws Exception {
    Map<String, String> clients = kafka.clients(SecureKafka.STRANGER, SecureKafka.PASSWORD);
    Outcome outcome =
        rankstream(
            "doctor", "--config", kafka.file("stranger.properties", clients, "kafka.").toString());

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out())
        .anyMatch(line -> line.startsWith("ok       kafka"))
        .anyMatch(line -> line.startsWith("problem  images"))
        .anyMatch(line -> line.startsWith("problem  group"))
        .anyMatch(line -> line.startsWith("problem  transactions"))
        .anyMatch(line -> line.startsWith("warning  timeout"));
    assertThat(outcome.toString()).doesNotContain(SecureKafka.PASSWORD);
  }

  private record Outcome(int exitCode, List<String> out, String err) {}

  private static Outcome rankstream(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int exitCode = line.execute(arguments);
    return new Outcome(exitCode, out.toString().lines().toList(), err.toString());
  }

  private static Outcome run(Map<String, String> clients, String... more) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                "--config",
                kafka.file("job.properties", clients, "kafka.").toString(),
                "--input.bounded",
                "true",
                "--batch.classes",
                "4",
                "--batch.train-every",
                "8",
                "--rest.bind-port",
                "0",
                "--restart-strategy.type",
                "none",
                "--execution.checkpointing.interval",
                "500 ms",
                "--execution.checkpointing.dir",
                directory.resolve("ck").toUri().toString()));
    arguments.addAll(Arrays.asList(more));
    return rankstream(arguments.toArray(String[]::new));
  }
}
