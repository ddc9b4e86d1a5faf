package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.Follow;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.epoch.EpochControl;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.configuration.CheckpointingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A client asks the search example without a pause while the real job goes through an epoch: no
 * answer has two versions, and none lacks an image that both epochs have.
 */
class EpochSearchITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TopicNames TOPICS = TopicNames.defaults();
  private static final String CONTROL = "rankstream-control";
  private static final int IMAGES = 120;

  @TempDir static Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * An answer.
   *
   * @param versions versions of the neighbours
   * @param ids the neighbours
   */
  private record Answer(Set<Long> versions, Set<String> ids) {}

  @Test
  void noAnswerHasTwoVersions() throws Exception {
    ExecutorService client = Executors.newSingleThreadExecutor();
    Process search = null;
    try (LocalRun kafka = LocalRun.start("epoch-search")) {
      kafka.create(TOPICS);
      Topics.createControl(kafka.clients(), CONTROL);
      kafka.start(
          kafka
              .settings()
              .with(JobOptions.EMBEDDINGS_FOLLOW, Follow.EPOCHS)
              .with(JobOptions.EMBED_EVERY_STEPS, 2)
              .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 16)
              .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200))
              .configuration(),
          "epoch-search");
      RecordSender.send(kafka.clients(), TOPICS.images(), images("old", IMAGES));

      Path output = directory.resolve("search.out");
      search = new Programs(directory).start(output, command(kafka));
      await().atMost(PATIENCE).until(() -> Files.readString(output).contains("Listening at"));
      String address = Files.readString(output).replace("Listening at ", "").strip();
      await()
          .atMost(PATIENCE)
          .until(() -> get(address + "/status").get("images").asInt() == IMAGES);
      Future<List<Answer>> asked = client.submit(() -> ask(address));

      new EpochControl(kafka.clients(), CONTROL).send("default", EpochAction.OPEN);
      RecordSender.send(kafka.clients(), TOPICS.images(), images("new", IMAGES));
      await().atMost(PATIENCE).until(() -> isComplete(kafka));
      await().atMost(PATIENCE).until(() -> !answer(address).versions().equals(Set.of(0L)));
      ended.set(true);

      List<Answer> answers = asked.get();
      Set<String> old = new TreeSet<>();
      for (int i = 1; i < IMAGES; i++) {
        old.add("old-" + i);
      }
      assertThat(answers).isNotEmpty();
      assertThat(answers).allMatch(each -> each.versions().size() == 1);
      assertThat(answers).allMatch(each -> each.ids().containsAll(old));
      assertThat(answers.get(0).versions()).containsExactly(0L);
      assertThat(answer(address).ids()).as("new images too").hasSize(2 * IMAGES - 1);
    } finally {
      ended.set(true);
      if (search != null) {
        search.destroyForcibly().waitFor();
      }
      client.shutdown();
    }
  }

  private static List<String> command(LocalRun kafka) {
    return List.of(
        Programs.java(),
        "-cp",
        System.getProperty("java.class.path"),
        Path.of("..", "examples", "java", "NeighbourSearch.java").toAbsolutePath().toString(),
        kafka.bootstrapServers(),
        TOPICS.embeddings(),
        "0",
        TOPICS.modelVersions());
  }

  private static boolean isComplete(LocalRun kafka) {
    return kafka.read(TOPICS.modelVersions(), ModelVersion.getDecoder()).stream()
        .anyMatch(
            each -> each.getEpoch() != null && each.getEpoch().getState() == EpochState.COMPLETE);
  }

  private List<Answer> ask(String address) throws Exception {
    List<Answer> answers = new ArrayList<>();
    while (!ended.get()) {
      answers.add(answer(address));
    }
    return answers;
  }

  /** All images, seen from one of them. */
  private Answer answer(String address) throws Exception {
    Answer answer = new Answer(new TreeSet<>(), new TreeSet<>());
    for (JsonNode each : get(address + "/neighbours?k=1000&id=old-0")) {
      answer.versions().add(each.get("model_version").asLong());
      answer.ids().add(each.get("id").asText());
    }
    return answer;
  }

  private JsonNode get(String url) throws Exception {
    HttpResponse<String> response =
        http.send(
            HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static List<byte[]> images(String name, int count) {
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(
          Fixtures.envelope(name + "-" + i, "default", "class-" + i % 4, Fixtures.png(i % 4, i)));
    }
    return images;
  }
}
