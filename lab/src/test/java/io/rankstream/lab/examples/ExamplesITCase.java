package io.rankstream.lab.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.model.Provenance;
import io.rankstream.model.evaluation.OrthogonalMap;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each example as a process of its own, on records that the real job wrote to a real broker. */
class ExamplesITCase {

  private static final Path EXAMPLES = Path.of("..", "examples").toAbsolutePath().normalize();
  private static final int CLASSES = 4;
  private static final int PER_CLASS = 8;
  private static final int PARTITIONS = 5;
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String FED_FROM_PYTHON = "fed.from.python";
  private static final String FOREIGN = "foreign";
  private static final TopicNames TOPICS = TopicNames.defaults();

  @TempDir static Path directory;
  private static LocalRun kafka;
  private static Programs programs;

  @BeforeAll
  static void embedImages() throws Exception {
    kafka = LocalRun.start("test");
    programs = new Programs(directory);
    Fixtures.photos(directory.resolve("photos"), CLASSES, PER_CLASS);
    kafka.create(TOPICS);
    Topics.create(
        kafka.clients(),
        new TopicNames(
            FED_FROM_PYTHON,
            TOPICS.embeddings(),
            TOPICS.metrics(),
            TOPICS.modelVersions(),
            TOPICS.deadLetters()),
        PARTITIONS);
    RecordSender.send(kafka.clients(), TOPICS.images(), images());
    try (Admin admin = Admin.create(kafka.clients())) {
      admin.createTopics(List.of(new NewTopic(FOREIGN, 1, (short) 1))).all().get();
    }
    RecordSender.send(kafka.clients(), FOREIGN, List.of("no record of the job".getBytes(UTF_8)));
    kafka.run(
        kafka
            .settings()
            .with(JobOptions.INPUT_BOUNDED, true)
            .with(JobOptions.INPUT_STREAMS, List.of("default", "other"))
            .with(JobOptions.BATCH_TRAIN_EVERY, 8)
            .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 32)
            .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(500))
            .configuration(),
        "examples-test");
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void pythonReadsWhatJavaReads() throws Exception {
    List<JsonNode> java = consumedInJava();
    List<JsonNode> python =
        parsed(
            programs.run(
                "python",
                programs.python(),
                EXAMPLES.resolve("python/consume_embeddings.py").toString(),
                "--bootstrap-servers",
                kafka.bootstrapServers(),
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
    for (JsonNode line : consumedInJava()) {
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
                programs.run(
                    "query",
                    programs.python(),
                    EXAMPLES.resolve("python/query_old_index.py").toString(),
                    "--bootstrap-servers",
                    kafka.bootstrapServers(),
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
        OrthogonalMap.fit(older, older.stream().map(ExamplesITCase::turned).toList());
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
        kafka.clients(), TOPICS.modelVersions(), List.of(bytes(record.toByteBuffer())));
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
    programs.run(
        "feed",
        programs.python(),
        EXAMPLES.resolve("python/feed_folder.py").toString(),
        kafka.bootstrapServers(),
        directory.resolve("photos").toString(),
        FED_FROM_PYTHON);

    List<ConsumerRecord<byte[], byte[]>> fed = kafka.records(FED_FROM_PYTHON);
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

  @Test
  void neighboursAreThoseOfTheNewestEmbeddings() throws Exception {
    Map<String, JsonNode> newest = new HashMap<>();
    consumedInJava().forEach(line -> newest.put(line.get("image_id").asText(), line));
    try (SearchExample search =
        SearchExample.startWithoutEpochs(directory, kafka.bootstrapServers(), TOPICS)) {
      search.awaitCaughtUp();

      String id = "class-1/1.png";
      JsonNode found = search.get("/neighbours?k=3&id=" + id, 200);
      assertThat(ids(found)).isEqualTo(nearest(newest, id, 3, null));
      assertThat(ids(search.get("/neighbours?k=3&label=class-2&id=" + id, 200)))
          .isEqualTo(nearest(newest, id, 3, "class-2"));
      assertThat(search.neighbours(id))
          .allMatch(each -> each.get("stream").asText().equals("default"));

      String gone = found.get(0).get("id").asText();
      RecordSender.sendTombstone(kafka.clients(), TOPICS.embeddings(), "default\n" + gone);
      search.awaitImages(newest.size() - 1);
      assertThat(ids(search.neighbours(id))).doesNotContain(gone);
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
    String servers = " --bootstrap-servers " + kafka.bootstrapServers();
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

  @Test
  void javaTellsInOneLineWhatIsWrong() throws Exception {
    assertThat(javaEnds("localhost:1"))
        .startsWith("error: Kafka at localhost:1")
        .endsWith("start it, or correct the address");
    assertThat(javaEnds(kafka.bootstrapServers(), "embedings"))
        .startsWith("error: There is no topic embedings");
    assertThat(javaEnds(kafka.bootstrapServers(), FOREIGN))
        .startsWith("error: %s-0@0 is not in Avro's single-object encoding".formatted(FOREIGN));
  }

  /** The last line of errors of a Python example, which must have no traceback. */
  private static String pythonEnds(int exitCode, String command) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                command.replace("PHOTOS", directory.resolve("photos").toString()).split(" ", -1)));
    words.set(0, EXAMPLES.resolve("python/" + words.get(0)).toString());
    words.add(0, programs.python());
    List<String> lines = programs.fail("python-fails", exitCode, words);
    assertThat(lines).noneMatch(line -> line.contains("Traceback"));
    assertThat(lines.stream().filter(line -> line.contains("error: "))).hasSize(1);
    return lines.get(lines.size() - 1);
  }

  /** The only line of errors of the Java consumer. */
  private static String javaEnds(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Programs.java(),
                "-cp",
                System.getProperty("java.class.path"),
                EXAMPLES.resolve("java/EmbeddingsConsumer.java").toString()));
    command.addAll(List.of(arguments));
    List<String> lines = programs.fail("java-fails", 1, command);
    assertThat(lines).hasSize(1);
    return lines.get(0);
  }

  private static List<byte[]> images() {
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < CLASSES * PER_CLASS; i++) {
      int c = i % CLASSES;
      images.add(
          Fixtures.envelope(
              "class-%d/%d.png".formatted(c, i),
              i % 5 == 4 ? "other" : "default",
              "class-" + c,
              Fixtures.png(c, i)));
    }
    return images;
  }

  private static List<JsonNode> parsed(List<String> lines) throws Exception {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : lines) {
      nodes.add(JSON.readTree(line));
    }
    return nodes;
  }

  private static float[] vector(JsonNode line) {
    float[] vector = new float[line.get("embedding").size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) line.get("embedding").get(i).doubleValue();
    }
    return vector;
  }

  private static List<JsonNode> consumedInJava() throws Exception {
    return parsed(
        programs.run(
            "java",
            Programs.java(),
            "-cp",
            System.getProperty("java.class.path"),
            EXAMPLES.resolve("java/EmbeddingsConsumer.java").toString(),
            kafka.bootstrapServers(),
            TOPICS.embeddings()));
  }

  /** The k nearest image ids, computed here. */
  private static List<String> nearest(
      Map<String, JsonNode> newest, String id, int k, String label) {
    JsonNode from = newest.get(id);
    Map<String, Double> distances = new HashMap<>();
    newest.forEach(
        (other, line) -> {
          if (line.has("embedding")
              && !other.equals(id)
              && line.get("space_id").equals(from.get("space_id"))
              && (label == null || label.equals(line.get("label").asText()))) {
            double sum = 0;
            for (int i = 0; i < vector(from).length; i++) {
              sum += Math.pow((double) (vector(from)[i] - vector(line)[i]), 2);
            }
            distances.put(other, sum);
          }
        });
    return distances.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().thenComparing(Map.Entry::getKey))
        .limit(k)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<String> ids(JsonNode neighbours) {
    List<String> ids = new ArrayList<>();
    neighbours.forEach(each -> ids.add(each.get("id").asText()));
    return ids;
  }
}
