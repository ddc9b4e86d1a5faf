package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.kafka.TopicNames;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The doctor, and the checks at the start of a run, on a broker with good and bad topics. */
class DoctorITCase {

  @TempDir static Path directory;
  private static LocalRun kafka;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = LocalRun.start("test");
    kafka.create(TopicNames.defaults());
    try (Admin admin = Admin.create(kafka.clients())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("small.dlq", 1, (short) 1), new NewTopic("growing", 1, (short) 1)))
          .all()
          .get();
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, "small.dlq"),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", "1000000"),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void findsAHealthyJobHealthy() throws Exception {
    assertThat(execute("doctor", "--json", "--model.device", "cpu"))
        .describedAs(out.toString())
        .isZero();

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.get("ok").asBoolean()).isTrue();
    assertThat(report.get("checks").findValuesAsText("check"))
        .containsExactly(
            "settings",
            "java",
            "flink",
            "pytorch",
            "device",
            "precision",
            "decoder",
            "temporary",
            "checkpoints",
            "heap",
            "off-heap",
            "state",
            "kafka",
            "images",
            "embeddings",
            "metrics",
            "models",
            "dead letters",
            "group",
            "outages",
            "transactions",
            "timeout",
            "other jobs");
    assertThat(report.get("checks").findValuesAsText("level")).doesNotContain("problem");
  }

  @Test
  void saysWhatEndsAJobBeforeItsTransactions() {
    assertThat(execute("doctor", "--kafka.delivery.timeout.ms", "60000")).isZero();
    assertThat(out.toString())
        .contains(
            "kafka.delivery.timeout.ms = 60000 fails the job when Kafka is away for longer, though its transactions live for 900 s");
  }

  @Test
  void saysWhatToDoAboutTopics() {
    int exitCode =
        execute(
            "doctor",
            "--input.topic",
            "missing",
            "--output.dead-letters-topic",
            "small.dlq",
            "--output.embeddings-topic",
            "growing");

    assertThat(exitCode).isEqualTo(1);
    assertThat(out.toString().lines())
        .anyMatch(
            line -> line.startsWith("warning  images        The topic missing does not exist"))
        .anyMatch(
            line ->
                line.contains(
                    "set max.message.bytes of the topic to 9437184 or output.max-dead-letter-bytes to 1000000 b"))
        .anyMatch(line -> line.startsWith("warning  embeddings    growing keeps old embeddings"));
  }

  /** An epoch embeds what the topic has, and by default Kafka deletes it after a week. */
  @Test
  void saysWhatEpochsNeedOfTheTopics() {
    execute("doctor", "--embeddings.follow", "epochs");

    assertThat(out.toString())
        .contains("images.v2 forgets images (cleanup.policy delete, retention.ms 604800000,")
        .contains("set cleanup.policy to compact, or retention.ms and retention.bytes to -1")
        .contains("The topic rankstream-control does not exist, or this user may not see it");
  }

  @Test
  void reportsSettingsThatCannotBeRead() {
    assertThat(execute("doctor", "--batch.klasses", "4")).isEqualTo(1);
    assertThat(out.toString().lines())
        .anyMatch(
            line ->
                line.equals(
                    "problem  settings      Unknown key batch.klasses (did you mean batch.classes?)"))
        .anyMatch(line -> line.startsWith("ok       pytorch"));
  }

  @Test
  void aRunDoesNotStartWithATransactionTimeoutThatCannotWork() {
    assertThat(execute("run", "--output.transaction-timeout", "20 min")).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "error: output.transaction-timeout = 1200 s is more than the brokers allow: set it to at most 900 s, or transaction.max.timeout.ms of the brokers to at least 1200000")
        .doesNotContain("\tat ");

    assertThat(
            execute(
                "run",
                "--output.transaction-timeout",
                "30 s",
                "--execution.checkpointing.interval",
                "1 min"))
        .isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "output.transaction-timeout = 30 s ends transactions before the checkpoint that commits them: set it to at least 120 s");
  }

  @Test
  void theDoctorWarnsOfLittleTimeForTransactions() {
    assertThat(
            execute(
                "doctor",
                "--output.transaction-timeout",
                "30 s",
                "--execution.checkpointing.interval",
                "10 s"))
        .isZero();
    assertThat(out.toString().lines())
        .anyMatch(
            line ->
                line.startsWith("warning  timeout") && line.endsWith("set it to at least 70 s"));
  }

  @Test
  void theDoctorWarnsOfAnotherJobWithThePrefixOrTheGroup() throws Exception {
    assertThat(execute("doctor")).isZero();
    assertThat(out.toString()).contains("no transaction of this prefix is open");

    Properties writer = kafka.clients();
    writer.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "twice-metrics-0");
    Properties reader = kafka.clients();
    reader.put(ConsumerConfig.GROUP_ID_CONFIG, "twice");
    try (KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(writer, new ByteArraySerializer(), new ByteArraySerializer());
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(reader, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("growing", new byte[] {1})).get();
      consumer.subscribe(List.of("growing"));
      await()
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100));
                return !consumer.assignment().isEmpty();
              });

      assertThat(
              execute(
                  "doctor",
                  "--input.group-id",
                  "twice",
                  "--execution.checkpointing.interval",
                  "500 ms"))
          .isZero();
      assertThat(execute("doctor", "--input.group-id", "twic")).isZero();
      producer.abortTransaction();
    }
    assertThat(out.toString().lines().filter(line -> line.startsWith("warning")))
        .satisfiesExactly(
            line -> assertThat(line).contains("1 member(s) of another program use"),
            line ->
                assertThat(line)
                    .contains("1 transaction(s) of this prefix are open, such as twice-metrics-0"));
  }

  @Test
  void theDoctorWarnsOfCheckpointsThatFailLongerThanTransactionsLive() {
    assertThat(execute("doctor", "--execution.checkpointing.timeout", "10 min")).isZero();
    assertThat(out.toString().lines())
        .anyMatch(
            line ->
                line.startsWith("warning  timeout")
                    && line.contains(
                        "is less than 2410 s, the time in which 4 checkpoints can time out in a row"));
  }

  private int execute(String command, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--kafka.bootstrap.servers",
                kafka.bootstrapServers(),
                "--execution.checkpointing.dir",
                directory.resolve("ck").toUri().toString()));
    arguments.addAll(Arrays.asList(more));
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments.toArray(String[]::new));
  }
}
