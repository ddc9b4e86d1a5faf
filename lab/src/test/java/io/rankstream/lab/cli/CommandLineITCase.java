package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.LabeledImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands against a real broker, in the order in which a user takes them: feed, run, tail. */
class CommandLineITCase {

  private static final int CLASSES = 10;
  private static final int PER_CLASS = 12;

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

  @Test
  void feedRunAndTailWorkTogether() throws Exception {
    String servers = kafka.bootstrapServers();
    rankstream(
        "feed",
        "--bootstrap-servers",
        servers,
        "--test-share",
        "0",
        "--data",
        directory.resolve("photos").toString());

    List<ConsumerRecord<byte[], byte[]>> fed = kafka.records(TopicNames.defaults().images());
    assertThat(fed).hasSize(CLASSES * PER_CLASS);
    LabeledImage image = LabeledImage.getDecoder().decode(fed.get(0).value());
    assertThat(image.getImageId())
        .isEqualTo(RecordKey.parse(fed.get(0).key()).orElseThrow().imageId())
        .startsWith(image.getLabel() + "/");

    kafka.run(
        kafka
            .settings()
            .with(JobOptions.INPUT_BOUNDED, true)
            .with(JobOptions.BATCH_TRAIN_EVERY, 8)
            .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500))
            .configuration(),
        "command-line-test");

    List<String> lines =
        rankstream(
            "tail",
            "embeddings",
            "--bootstrap-servers",
            servers,
            "--from-beginning",
            "--no-follow",
            "--json");
    Set<String> ids = new HashSet<>();
    for (String line : lines) {
      JsonNode embedding = new ObjectMapper().readTree(line);
      ids.add(embedding.get("image_id").asText());
      assertThat(embedding.get("embedding")).hasSize(256);
      assertThat(embedding.get("label").asText()).startsWith("class-");
    }
    assertThat(ids).hasSize(CLASSES * PER_CLASS);

    RecordSender.sendTombstone(kafka.clients(), TopicNames.defaults().embeddings(), "class-0/1");
    List<String> withTombstone =
        rankstream(
            "tail",
            "embeddings",
            "--bootstrap-servers",
            servers,
            "--from-beginning",
            "--no-follow",
            "--json");
    JsonNode deletion = new ObjectMapper().readTree(withTombstone.get(withTombstone.size() - 1));
    assertThat(withTombstone).hasSize(lines.size() + 1);
    assertThat(deletion.get("key").asText()).isEqualTo("class-0/1");
    assertThat(deletion.get("deleted").asBoolean()).isTrue();

    List<String> metrics =
        rankstream(
            "tail", "metrics", "--bootstrap-servers", servers, "--from-beginning", "--no-follow");
    assertThat(metrics).isNotEmpty();
    assertThat(metrics.get(0)).startsWith("default step 1 ").contains("triplets", "prequential");
    assertThat(
            rankstream(
                "tail",
                "dead-letters",
                "--bootstrap-servers",
                servers,
                "--from-beginning",
                "--no-follow"))
        .isEmpty();
  }

  private static List<String> rankstream(String... arguments) {
    StringWriter out = new StringWriter();
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    assertThat(line.execute(arguments)).isZero();
    return out.toString().lines().toList();
  }
}
