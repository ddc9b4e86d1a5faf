package io.rankstream.lab.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client asks a search example without a pause while the real job goes through an epoch: no
 * answer has two versions, and none lacks an image that both epochs have.
 */
class EpochSearchITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final TopicNames TOPICS = TopicNames.defaults();
  private static final String CONTROL = "rankstream-control";
  private static final int IMAGES = 120;

  @TempDir Path directory;

  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * An answer.
   *
   * @param versions versions of the neighbours
   * @param ids the neighbours
   */
  private record Answer(Set<Long> versions, Set<String> ids) {}

  @ParameterizedTest
  @EnumSource
  void noAnswerHasTwoVersions(SearchExample.Kind kind) throws Exception {
    ExecutorService client = Executors.newSingleThreadExecutor();
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

      try (SearchExample search =
          SearchExample.start(kind, directory, kafka.bootstrapServers(), TOPICS)) {
        search.awaitImages(IMAGES);
        Future<List<Answer>> asked = client.submit(() -> ask(search));

        new EpochControl(kafka.clients(), CONTROL).send("default", EpochAction.OPEN);
        RecordSender.send(kafka.clients(), TOPICS.images(), images("new", IMAGES));
        await().atMost(PATIENCE).until(() -> isComplete(kafka));
        await().atMost(PATIENCE).until(() -> !answer(search).versions().equals(Set.of(0L)));
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
        assertThat(answer(search).ids()).as("new images too").hasSize(2 * IMAGES - 1);
      }
    } finally {
      ended.set(true);
      client.shutdown();
    }
  }

  private static boolean isComplete(LocalRun kafka) {
    return kafka.read(TOPICS.modelVersions(), ModelVersion.getDecoder()).stream()
        .anyMatch(
            each -> each.getEpoch() != null && each.getEpoch().getState() == EpochState.COMPLETE);
  }

  private List<Answer> ask(SearchExample search) throws Exception {
    List<Answer> answers = new ArrayList<>();
    while (!ended.get()) {
      answers.add(answer(search));
    }
    return answers;
  }

  /** All images, seen from one of them. */
  private Answer answer(SearchExample search) throws Exception {
    Answer answer = new Answer(new TreeSet<>(), new TreeSet<>());
    for (JsonNode each : search.neighbours("old-0")) {
      answer.versions().add(each.get("model_version").asLong());
      answer.ids().add(each.get("id").asText());
    }
    return answer;
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
