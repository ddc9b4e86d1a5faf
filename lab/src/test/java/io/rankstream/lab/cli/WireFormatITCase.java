package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.wire.StubRegistry;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.TrainingMetrics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Both wire formats through the real job, on a real broker, with a registry that asks for a login.
 */
class WireFormatITCase {

  private static final String LOGIN = "rankstream:secret";
  private static final int CLASSES = 4;
  private static final int IMAGES = 48;

  @TempDir static Path directory;
  private static LocalRun kafka;
  private static StubRegistry registry;
  private static Path login;

  @BeforeAll
  static void runTheJob() throws Exception {
    kafka = LocalRun.start("test");
    registry = new StubRegistry(LOGIN);
    login = Files.writeString(directory.resolve("login"), LOGIN + "\n");
    kafka.create(TopicNames.defaults());
    RecordSender.send(kafka.clients(), TopicNames.defaults().images(), images());
    registry.fail(503, 2); // while the sinks open

    rankstream(
        "run",
        "--kafka.bootstrap.servers=" + kafka.bootstrapServers(),
        "--output.wire-format=confluent",
        "--registry.url=" + registry.url(),
        "--registry.basic-auth-file=" + login,
        "--input.bounded=true",
        "--batch.train-every=8",
        "--model.embedding-dimension=32",
        "--restart-strategy.type=none",
        "--execution.checkpointing.interval=500 ms",
        "--execution.checkpointing.dir=" + directory.resolve("ck").toUri());
  }

  @AfterAll
  static void stop() {
    kafka.close();
    registry.close();
  }

  @Test
  void everyOutputRecordHasTheHeaderOfItsSubject() throws Exception {
    assertThat(registry.subjects().keySet())
        .containsExactlyInAnyOrder(
            "embeddings.v2-value",
            "training.metrics.v1-value",
            "models.v1-value",
            "images.v2.dlq-value");
    Map<String, Schema> schemas =
        Map.of(
            "embeddings.v2", ImageEmbedding.getClassSchema(),
            "training.metrics.v1", TrainingMetrics.getClassSchema(),
            "images.v2.dlq", DeadLetter.getClassSchema());
    Set<String> ids = new TreeSet<>();
    for (Map.Entry<String, Schema> entry : schemas.entrySet()) {
      String topic = entry.getKey();
      int id = registry.subjects().get(topic + "-value");
      assertThat(registry.schema(id)).isEqualTo(entry.getValue());
      List<ConsumerRecord<byte[], byte[]>> records = kafka.records(topic);
      assertThat(records).isNotEmpty();
      for (ConsumerRecord<byte[], byte[]> record : records) {
        byte[] value = record.value();
        assertThat(value[0]).isZero();
        assertThat(ByteBuffer.wrap(value, 1, 4).getInt()).isEqualTo(id);
        GenericRecord decoded =
            new GenericDatumReader<GenericRecord>(entry.getValue())
                .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
        assertThat(
                new String(
                    record.headers().lastHeader("content-type").value(), StandardCharsets.UTF_8))
            .isEqualTo("application/vnd.apache.avro+confluent");
        if (topic.equals("embeddings.v2")) {
          ids.add(decoded.get("image_id").toString());
        }
      }
    }
    assertThat(ids).hasSize(IMAGES);
  }

  @Test
  void tailReadsWhatTheJobWrote() throws Exception {
    String[] access = {"--registry-url=" + registry.url(), "--registry-basic-auth-file=" + login};

    Set<String> ids = new TreeSet<>();
    for (String line : tail("embeddings", access[0], access[1], "--json")) {
      JsonNode embedding = new ObjectMapper().readTree(line);
      ids.add(embedding.get("image_id").asText());
      assertThat(embedding.get("embedding")).hasSize(32);
    }
    assertThat(ids).hasSize(IMAGES);
    assertThat(tail("metrics", access).get(0)).startsWith("default step 1 ");
    assertThat(tail("dead-letters", access))
        .hasSize(2)
        .anyMatch(line -> line.contains("SCHEMA_UNKNOWN") && line.contains("has no schema 9"))
        .anyMatch(line -> line.contains("SCHEMA_UNKNOWN") && line.contains("cannot be read as"));
    assertThat(tail("metrics").get(0)).contains("give its --registry-url");
  }

  @Test
  void aWrongLoginIsReportedInPlainWords() {
    StringWriter err = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(new StringWriter(), true));
    line.setErr(new PrintWriter(err, true));

    int code =
        line.execute(
            "tail",
            "metrics",
            "--bootstrap-servers=" + kafka.bootstrapServers(),
            "--from-beginning",
            "--no-follow",
            "--registry-url=" + registry.url());

    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .contains("answers 401 to GET /schemas/ids/", "registry.basic-auth-file")
        .doesNotContain("\tat ");
  }

  /**
   * Images in three formats (single-object, Confluent, Confluent with a newer schema) and poison.
   */
  private static List<byte[]> images() {
    int same = registry.add(LabeledImage.getClassSchema());
    int newer = registry.add(Fixtures.newerLabeledImage());
    int foreign = registry.add(DeadLetter.getClassSchema());
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      String label = "class-" + i % CLASSES;
      byte[] png = Fixtures.png(i % CLASSES, i);
      byte[] singleObject = Fixtures.envelope("image-" + i, "default", label, png);
      values.add(
          switch (i % 3) {
            case 0 -> singleObject;
            case 1 -> Fixtures.confluent(same, singleObject);
            default -> Fixtures.newerConfluent(newer, "image-" + i, label, png);
          });
    }
    values.add(Fixtures.confluent(9, values.get(0)));
    values.add(Fixtures.confluent(foreign, values.get(0)));
    return values;
  }

  private static List<String> rankstream(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    assertThat(line.execute(arguments)).as(err.toString()).isZero();
    return out.toString().lines().toList();
  }

  private static List<String> tail(String output, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "tail",
                output,
                "--bootstrap-servers=" + kafka.bootstrapServers(),
                "--from-beginning",
                "--no-follow"));
    arguments.addAll(List.of(more));
    return rankstream(arguments.toArray(String[]::new));
  }
}
