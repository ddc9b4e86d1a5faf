package io.rankstream.lab.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** A real broker with the output of the real job, for the examples to read. */
final class ExampleRun implements AutoCloseable {

  static final Path EXAMPLES = Path.of("..", "examples").toAbsolutePath().normalize();
  static final TopicNames TOPICS = TopicNames.defaults();
  static final int CLASSES = 4;
  static final int PER_CLASS = 8;

  /** A topic with a record that is none of the job's. */
  static final String FOREIGN = "foreign";

  private final LocalRun kafka;
  private final Programs programs;

  private ExampleRun(LocalRun kafka, Programs programs) {
    this.kafka = kafka;
    this.programs = programs;
  }

  /**
   * Embeds some images of two streams.
   *
   * @param directory directory for what programs print
   */
  static ExampleRun start(Path directory) throws Exception {
    LocalRun kafka = LocalRun.start("test");
    try {
      kafka.create(TOPICS);
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
      return new ExampleRun(kafka, new Programs(directory));
    } catch (Exception e) {
      kafka.close();
      throw e;
    }
  }

  LocalRun kafka() {
    return kafka;
  }

  Programs programs() {
    return programs;
  }

  /** What the consumer in Java prints of the embeddings. */
  List<JsonNode> consumedInJava() throws Exception {
    return EmbeddingLines.parsed(
        programs.run(
            "java",
            Programs.java(),
            "-cp",
            System.getProperty("java.class.path"),
            EXAMPLES.resolve("java/EmbeddingsConsumer.java").toString(),
            kafka.bootstrapServers(),
            TOPICS.embeddings()));
  }

  @Override
  public void close() {
    kafka.close();
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
}
