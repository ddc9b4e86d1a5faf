package io.rankstream.lab.examples;

import static io.rankstream.lab.examples.EmbeddingLines.ids;
import static io.rankstream.lab.examples.EmbeddingLines.nearest;
import static io.rankstream.lab.examples.EmbeddingLines.parsed;
import static io.rankstream.lab.examples.EmbeddingLines.vector;
import static io.rankstream.lab.examples.ExampleRun.CLASSES;
import static io.rankstream.lab.examples.ExampleRun.EXAMPLES;
import static io.rankstream.lab.examples.ExampleRun.FOREIGN;
import static io.rankstream.lab.examples.ExampleRun.PER_CLASS;
import static io.rankstream.lab.examples.ExampleRun.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.model.Provenance;
import io.rankstream.model.evaluation.OrthogonalMap;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.publish.MapFiles;
import io.rankstream.pipeline.publish.PublishedMap;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.LabeledImage;
import io.rankstream.schemas.ModelVersion;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples in Python as processes of their own, on what the real job wrote. */
class PythonExamplesITCase {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FED_FROM_PYTHON = "fed.from.python";
  private static final int PARTITIONS = 5;

  @TempDir static Path directory;
  private static ExampleRun run;

  @BeforeAll
  static void embedImages() throws Exception {
    run = ExampleRun.start(directory);
    Fixtures.photos(directory.resolve("photos"), CLASSES, PER_CLASS);
    Topics.create(
        run.kafka().clients(),
        new TopicNames(
            FED_FROM_PYTHON,
            TOPICS.embeddings(),
            TOPICS.metrics(),
            TOPICS.modelVersions(),
            TOPICS.deadLetters()),
        PARTITIONS);
  }

  @AfterAll
  static void stopBroker() {
    run.close();
  }

  @Test
  void pythonReadsWhatJavaReads() throws Exception {
    List<JsonNode> java = run.consumedInJava();
    List<JsonNode> python =
        parsed(
            run.programs()
                .run(
                    "python",
                    run.programs().python(),
                    EXAMPLES.resolve("python/consume_embeddings.py").toString(),
                    "--bootstrap-servers",
                    run.kafka().bootstrapServers(),
                    "--no-follow"));

    assertThat(java).hasSizeGreaterThanOrEqualTo(CLASSES * PER_CLASS);
    assertThat(python).hasSameSizeAs(java);
    int equal = 0;
    for (int i = 0; i < java.size(); i++) {
      for (String field :
          List.of(
              "partition",
              "offset",
              "image_id",
              "stream",
              "label",
              "lineage",
              "model_version",
              "space_id")) {
        assertThat(python.get(i).get(field)).as(field).isEqualTo(java.get(i).get(field));
      }
      if (java.get(i).has("embedding")) {
        assertThat(java.get(i).get("lineage").asText()).matches(LineageId::isValid);
        assertThat(vector(python.get(i))).hasSize(32).containsExactly(vector(java.get(i)));
        equal++;
      }
    }
    System.out.println("Python and Java read " + equal + " equal embeddings of 32 values");
  }

  /** The map turns pairs of values by a right angle, so that the right answer needs no library. */
  @Test
  void pythonLooksForANewEmbeddingInAnOldIndex() throws Exception {
    Map<String, JsonNode> index = new HashMap<>();
    for (JsonNode line : run.consumedInJava()) {
      if (line.has("embedding") && line.get("stream").asText().equals("default")) {
        index.put(line.get("image_id").asText(), line);
      }
    }
    JsonNode image = index.get("class-1/1.png");
    float[] old = vector(image);
    float[] turned = turned(old);
    publishMap(image);

    JsonNode found =
        parsed(
                run.programs()
                    .run(
                        "query",
                        run.programs().python(),
                        EXAMPLES.resolve("python/query_old_index.py").toString(),
                        "--bootstrap-servers",
                        run.kafka().bootstrapServers(),
                        "--vector",
                        JSON.writeValueAsString(turned),
                        "--k",
                        "4"))
            .get(0);

    for (int i = 0; i < old.length; i++) {
      assertThat(found.get("mapped").get(i).asDouble()).isCloseTo(old[i], within(1e-5));
    }
    List<String> nearest = new ArrayList<>(List.of("class-1/1.png")); // the image itself
    nearest.addAll(nearest(index, "class-1/1.png", 3, null));
    assertThat(ids(found.get("neighbours"))).isEqualTo(nearest);
  }

  /** Announces a map from the newest version of the embeddings to a later one. */
  private static void publishMap(JsonNode image) throws Exception {
    List<float[]> older = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      float[] direction = new float[32];
      direction[i] = 1;
      older.add(direction);
    }
    OrthogonalMap map =
        OrthogonalMap.fit(older, older.stream().map(PythonExamplesITCase::turned).toList());
    String space = image.get("space_id").asText();
    PublishedMap published =
        new MapFiles(directory.resolve("models").toUri().toString(), 0)
            .write(
                new Provenance("default", space, image.get("lineage").asText(), 10_000),
                new VersionRank(image.get("lineage").asText(), 9_000),
                map);
    ModelVersion record = Records.drift(10_000, 9_000, 0.5);
    record.setSpaceId(space);
    record.setLineage(image.get("lineage").asText());
    record.getDrift().setAgainstLineage(image.get("lineage").asText());
    record.getDrift().setMapUri(published.uri());
    record.getDrift().setMapSha256(published.sha256());
    RecordSender.send(
        run.kafka().clients(), TOPICS.modelVersions(), List.of(bytes(record.toByteBuffer())));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static float[] turned(float[] vector) {
    float[] turned = new float[vector.length];
    for (int i = 0; i < vector.length; i += 2) {
      turned[i] = -vector[i + 1];
      turned[i + 1] = vector[i];
    }
    return turned;
  }

  @Test
  void pythonFeedsAFolder() throws Exception {
    run.programs()
        .run(
            "feed",
            run.programs().python(),
            EXAMPLES.resolve("python/feed_folder.py").toString(),
            run.kafka().bootstrapServers(),
            directory.resolve("photos").toString(),
            FED_FROM_PYTHON);

    List<ConsumerRecord<byte[], byte[]>> fed = run.kafka().records(FED_FROM_PYTHON);
    assertThat(fed).hasSize(CLASSES * PER_CLASS);
    for (ConsumerRecord<byte[], byte[]> record : fed) {
      LabeledImage image = LabeledImage.getDecoder().decode(record.value());
      assertThat(RecordKey.parse(record.key()))
          .contains(new RecordKey("default", image.getImageId()));
      assertThat(record.partition())
          .as("where a deletion from Java goes")
          .isEqualTo(BuiltInPartitioner.partitionForKey(record.key(), PARTITIONS));
      assertThat(image.getImageId()).startsWith(image.getLabel() + "/");
      byte[] bytes = new byte[image.getImage().remaining()];
      image.getImage().get(bytes);
      assertThat(bytes)
          .isEqualTo(Files.readAllBytes(directory.resolve("photos/" + image.getImageId())));
    }
  }

  /** A tired reader gets a sentence, not where in a library it happened. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "consume_embeddings.py --no-follow --bootstrap-servers localhost:1",
        "query_old_index.py --id a --bootstrap-servers localhost:1",
        "feed_folder.py localhost:1 PHOTOS"
      })
  void pythonTellsInOneLineThatKafkaIsAway(String command) throws Exception {
    assertThat(pythonEnds(1, command))
        .startsWith("error: Kafka at localhost:1 does not do what is asked")
        .endsWith("start it, or correct the address");
  }

  @Test
  void pythonTellsInOneLineWhatIsWrong() throws Exception {
    String servers = " --bootstrap-servers " + run.kafka().bootstrapServers();
    assertThat(pythonEnds(1, "consume_embeddings.py --no-follow --topic embedings" + servers))
        .startsWith("error: There is no topic embedings");
    assertThat(pythonEnds(1, "consume_embeddings.py --no-follow --topic " + FOREIGN + servers))
        .startsWith("error: %s-0@0 is neither Avro single-object encoding".formatted(FOREIGN));
    assertThat(pythonEnds(1, "query_old_index.py --id nobody --models-topic " + FOREIGN + servers))
        .startsWith("error: ");
    assertThat(pythonEnds(1, "feed_folder.py localhost:1 nowhere"))
        .isEqualTo("error: There is no folder nowhere");
    assertThat(pythonEnds(2, "query_old_index.py --vector 5" + servers))
        .endsWith("5 (must be a list of numbers in JSON, such as [0.6, 0.8])");
    assertThat(pythonEnds(2, "query_old_index.py --id a --k 0" + servers))
        .endsWith("0 (must be 1 or more)");
    assertThat(pythonEnds(2, "feed_folder.py")).contains("required: servers, folder");
  }

  /** The last line of errors of a Python example, which must have no traceback. */
  private static String pythonEnds(int exitCode, String command) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                command.replace("PHOTOS", directory.resolve("photos").toString()).split(" ", -1)));
    words.set(0, EXAMPLES.resolve("python/" + words.get(0)).toString());
    words.add(0, run.programs().python());
    List<String> lines = run.programs().fail("python-fails", exitCode, words);
    assertThat(lines).noneMatch(line -> line.contains("Traceback"));
    assertThat(lines.stream().filter(line -> line.contains("error: "))).hasSize(1);
    return lines.get(lines.size() - 1);
  }
}
