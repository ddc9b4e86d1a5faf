package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.kafka.KafkaWatch;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no signal that stops a process")
class KafkaWatchITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path directory;

  @Test
  void tellsOnceThatSomethingIsWrongAndOnceThatItIsOver() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (PausableKafka kafka = new PausableKafka(directory)) {
      TopicNames names = kafka.topics("watched");
      try (KafkaWatch watch =
          new KafkaWatch(kafka.clients(), names.all(), Duration.ofSeconds(77), lines::add)) {
        kafka.pause();
        await().atMost(PATIENCE).until(() -> lines.size() == 1);
        assertThat(lines.get(0))
            .contains("does not answer: the job waits for it for up to 77 s (")
            .contains("check that Kafka runs there");
        kafka.resume();
        await().atMost(PATIENCE).until(() -> lines.size() == 2);
        assertThat(lines.get(1)).contains("answers again").endsWith(": the job goes on");

        try (Admin admin = Admin.create(kafka.clients())) {
          admin.deleteTopics(List.of(names.metrics())).all().get();
        }
        await().atMost(PATIENCE).until(() -> lines.size() == 3);
        assertThat(lines.get(2)).startsWith("The topic watched.metrics does not exist any more");
        Topics.create(kafka.clients(), names, 1);
        await().atMost(PATIENCE).until(() -> lines.size() == 4);
        assertThat(lines.get(3)).isEqualTo("The topic watched.metrics can be used again");
      }
    }
  }
}
